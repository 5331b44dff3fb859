// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Desk {
    mapping(address => uint256) public requests;
    mapping(address => uint256) public visits;
    mapping(address => uint256) public nonces;
    uint256 public constant LIMIT = 5;

    function request() external {
        requests[msg.sender]++; //~ INFO: `requests` counts the calls of `request` and limits none
    }

    function visit() external {
        require(visits[msg.sender] < LIMIT, "too many");
        visits[msg.sender] += 1;
    }

    function invalidate() external {
        nonces[msg.sender]++;
    }
}
