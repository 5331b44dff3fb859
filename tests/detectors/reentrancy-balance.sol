// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function balanceOf(address) external view returns (uint256);
    function transfer(address, uint256) external returns (bool);
    function transferFrom(address, address, uint256) external returns (bool);
}

interface IBorrower {
    function onLoan(uint256 amount) external;
}

contract Lender {
    IToken immutable token;
    mapping(address => uint256) public deposits;
    bool locked;

    modifier lock() {
        require(!locked, "locked");
        locked = true;
        _;
        locked = false;
    }

    constructor(IToken token_) {
        token = token_;
    }

    function deposit(uint256 amount) external {
        deposits[msg.sender] += amount;
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    function loan(uint256 amount) external {
        uint256 before = token.balanceOf(address(this));
        require(token.transfer(msg.sender, amount));
        IBorrower(msg.sender).onLoan(amount); //~ MEDIUM: `loan` compares a balance over a call that can call `deposit`
        require(token.balanceOf(address(this)) >= before, "not paid back");
    }

    function loanWithFee(uint256 amount) external {
        uint256 before = token.balanceOf(address(this));
        uint256 least = before + amount / 1000;
        require(token.transfer(msg.sender, amount));
        IBorrower(msg.sender).onLoan(amount); //~ MEDIUM: `loanWithFee` compares a balance over a call
        require(token.balanceOf(address(this)) >= least, "not paid back");
    }

    function lockedLoan(uint256 amount) external lock {
        uint256 before = token.balanceOf(address(this));
        require(token.transfer(msg.sender, amount));
        IBorrower(msg.sender).onLoan(amount);
        require(token.balanceOf(address(this)) >= before, "not paid back");
    }

    function received(uint256 amount) external {
        uint256 before = token.balanceOf(address(this));
        require(token.transferFrom(msg.sender, address(this), amount));
        require(token.balanceOf(address(this)) - before == amount, "fee");
        deposits[msg.sender] += amount;
    }
}
