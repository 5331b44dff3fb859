// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Receiver {
    function take(address, uint256) external;
}

contract Taker is Receiver {
    uint256 public taken;

    // The base has the parameters.
    function take(address, uint256 amount) external override {
        taken += amount;
    }
}

contract Example {
    uint256 public count;

    function transfer(
        address, //~ INFO: parameter 1 of `transfer` has no name
        uint256 amount
    ) external {
        count += amount;
    }

    // A standard has the parameters.
    function onTokenReceived(address, uint256 amount) external {
        count += amount;
    }

    function refuse(address) external {
        revert("no");
    }

    function constantOne(uint256) external pure returns (uint256) {
        return 1;
    }

    function add(uint256 amount) external {
        count += amount;
    }
}
