// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Pool {
    uint256 public balance;

    function deposit() external payable {
        balance += msg.value; //~ MEDIUM: `balance` adds up everyone's Ether, and `withdraw` pays any caller out of it
    }

    function withdraw(uint256 amount) external {
        require(balance >= amount, "too much");
        balance -= amount;
        payable(msg.sender).transfer(amount);
    }
}

contract Bank {
    mapping(address => uint256) public balances;
    uint256 public total;

    function deposit() external payable {
        balances[msg.sender] += msg.value;
        total += msg.value;
    }

    function withdraw(uint256 amount) external {
        balances[msg.sender] -= amount;
        total -= amount;
        payable(msg.sender).transfer(amount);
    }
}

contract Till {
    address immutable owner = msg.sender;
    uint256 public taken;

    function pay() external payable {
        taken += msg.value;
    }

    function empty(uint256 amount) external {
        require(msg.sender == owner, "not the owner");
        taken -= amount;
        payable(msg.sender).transfer(amount);
    }
}
