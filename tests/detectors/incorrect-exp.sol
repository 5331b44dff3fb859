// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Powers {
    uint256 constant MAX = 2^256 - 1; //~ HIGH: `2^256 - 1` is an exclusive or, not a power

    function unit() external pure returns (uint256) {
        return 10^18; //~ HIGH: `10^18` is an exclusive or
    }

    function power() external pure returns (uint256) {
        return 10 ** 18;
    }

    function bits(uint256 a) external pure returns (uint256) {
        return a ^ 0xff;
    }

    function masks() external pure returns (uint256) {
        return 0x02 ^ 0x10;
    }
}
