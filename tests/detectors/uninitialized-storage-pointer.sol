// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Deposits {
    struct Deposit {
        uint256 amount;
    }

    uint256[] public data;
    mapping(address => Deposit) public deposits;

    function push(uint256 value) external {
        uint256[] storage list; //~ HIGH: `list` is used before it points anywhere
        list.push(value);
    }

    function add() external payable {
        Deposit storage deposit; //~ HIGH: `deposit` is used
        deposit.amount = msg.value;
    }

    function pushTo(uint256 value) external {
        uint256[] storage list = data;
        list.push(value);
    }

    function addLater() external payable {
        Deposit storage deposit;
        deposit = deposits[msg.sender];
        deposit.amount = msg.value;
    }

    function slot() external payable {
        Deposit storage deposit;
        assembly {
            deposit.slot := 7
        }
        deposit.amount = msg.value;
    }
}
