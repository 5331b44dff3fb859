// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

contract Lender {
    IToken immutable token;
    address public owner = msg.sender;
    mapping(address => uint256) public debts;
    mapping(address => uint256) public collateral;

    constructor(IToken token_) {
        token = token_;
    }

    function borrow(uint256 amount) external { //~ MEDIUM: `borrow` never asks whether the account is still covered
        debts[msg.sender] += amount;
        require(token.transfer(msg.sender, amount));
    }

    function borrowCovered(uint256 amount) external {
        debts[msg.sender] += amount;
        require(token.transfer(msg.sender, amount));
        require(health(msg.sender) >= 1e18, "not covered");
    }

    function withdrawCollateral(uint256 amount) external {
        collateral[msg.sender] -= amount;
        require(collateral[msg.sender] >= debts[msg.sender] * 2, "not covered");
        require(token.transfer(msg.sender, amount));
    }

    function borrowForOwner(uint256 amount) external {
        require(msg.sender == owner);
        require(token.transfer(owner, amount));
    }

    function health(address account) public view returns (uint256) {
        uint256 debt = debts[account];
        return debt == 0 ? type(uint256).max : collateral[account] * 1e18 / debt;
    }
}
