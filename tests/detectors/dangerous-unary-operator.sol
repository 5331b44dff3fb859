// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Balance {
    int256 public total;
    uint256 public mask;

    function take(int256 amount) external {
        total =- amount; //~ MEDIUM: `total =- amount` assigns a negated value, `=-` is not `-=`
    }

    function flip(uint256 bits) external {
        mask =~ bits; //~ MEDIUM: `mask =~ bits` assigns an inverted value
    }

    function negate(int256 amount) external {
        total = -amount;
    }

    function subtract(int256 amount) external {
        total -= amount;
    }

    function invert(uint256 bits) external {
        mask = ~bits;
    }

    function none() external pure returns (int256) {
        int256 least =-1;
        return least;
    }
}
