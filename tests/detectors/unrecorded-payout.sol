// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Payouts {
    mapping(address => uint256) public balances;
    mapping(address => bool) public paid;

    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    function refund() external {
        payable(msg.sender).transfer(balances[msg.sender]); //~ HIGH: `refund` pays what the caller owns and does not record it
    }

    function withdrawReversed(uint256 amount) external {
        require(amount >= balances[msg.sender], "too little"); //~ HIGH: `amount` must be at least what the caller owns
        balances[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function withdraw(uint256 amount) external {
        require(amount <= balances[msg.sender], "too much");
        balances[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function withdrawAll() external {
        uint256 amount = balances[msg.sender];
        balances[msg.sender] = 0;
        payable(msg.sender).transfer(amount);
    }

    function claim() external {
        require(!paid[msg.sender], "paid");
        paid[msg.sender] = true;
        payable(msg.sender).transfer(balances[msg.sender]);
    }

    // A stake only grows.
    function raise(uint256 amount) external {
        require(amount >= balances[msg.sender], "lower");
        balances[msg.sender] = amount;
    }
}
