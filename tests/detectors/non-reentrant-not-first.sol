// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Guarded {
    modifier nonReentrant() {
        _;
    }

    modifier updateReward() {
        _;
    }

    function withdraw() external updateReward nonReentrant {} //~ INFO: `nonReentrant` is not the first modifier of `withdraw`

    function deposit() external nonReentrant updateReward {}

    function claim() external nonReentrant {}

    function look() external updateReward {}
}
