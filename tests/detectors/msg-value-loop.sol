// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Credit {
    mapping(address => uint256) public credit;

    function give(address[] calldata users) external payable {
        for (uint256 i = 0; i < users.length; i++) {
            credit[users[i]] += msg.value; //~ HIGH: `msg.value` is used in every round of a loop of `give`
        }
    }

    function giveByHelper(address[] calldata users) external payable {
        for (uint256 i = 0; i < users.length; i++) add(users[i]);
    }

    function add(address user) internal {
        credit[user] += msg.value; //~ HIGH: `msg.value` is used in every round of a loop of `giveByHelper`
    }

    function share(address[] calldata users) external payable {
        uint256 part = msg.value / users.length;
        for (uint256 i = 0; i < users.length; i++) credit[users[i]] += part;
    }

    function one(address user) external payable {
        credit[user] += msg.value;
    }
}
