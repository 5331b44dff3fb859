// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

abstract contract Guard {
    uint256 private constant FREE = 1;
    uint256 private constant ENTERED = 2;
    uint256 private status = FREE;

    modifier nonReentrant() {
        require(status != ENTERED, "entered");
        status = ENTERED;
        _;
        status = FREE;
    }
}
