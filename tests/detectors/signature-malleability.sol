// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Vouchers {
    uint256 constant HALF = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    function anyHalf(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        return ecrecover(digest, v, r, s); //~ LOW: nothing bounds `s`
    }

    function lowerHalf(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        require(uint256(s) <= HALF);
        return ecrecover(digest, v, r, s);
    }

    function lowerHalfOrZero(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        if (uint256(s) > HALF) return address(0);
        return ecrecover(digest, v, r, s);
    }
}
