// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// function notCode() { } in a comment, with a brace: {
interface IScanner {
    function declared(uint256 x) external returns (uint256);
}

library Braces {
    /* contract NotOne { */
    string internal constant QUOTED = "function inString() { \" }";

    /**
     * @notice Doubles a number
     * @param x The number
     */
    function twice(uint256 x) internal pure returns (uint256) {
        return x + x; // } not the end
    }

    function twiceAgain(uint256 number) internal pure returns (uint256) {
        return number + number;
    }

    function nested(uint256 x) internal pure returns (uint256 y) {
        if (x > 1) { for (uint256 i = 0; i < x; i++) { y += i; } } else { y = 1; }
    }
}

// SPDX-License-Identifier: GPL-3.0-only
contract Copyleft {
    function left() external pure returns (uint256) { return 41; }
}
