// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Owned {
    address public owner;
    uint256 private secret;
}

contract Wallet is Owned {
    uint256 public limit;

    constructor(address first) {
        owner = first;
    }

    function setOwner(address owner) external { //~ LOW: `owner` hides the state variable of the same name
        owner = owner;
    }

    function lower() external view returns (uint256) {
        uint256 limit = 1; //~ LOW: `limit` hides the state variable
        return limit;
    }

    function setLimit(uint256 newLimit) external {
        limit = newLimit;
    }

    // Nobody reaches a private variable of the base.
    function keep(uint256 secret) external pure returns (uint256) {
        return secret;
    }

    function half() external view returns (uint256 limit_) {
        limit_ = limit / 2;
    }
}
