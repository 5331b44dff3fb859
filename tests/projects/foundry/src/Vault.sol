// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IToken} from "@tokens/IToken.sol";
import {Guard} from "guards/utils/Guard.sol";
import {Owned} from "mine/Owned.sol";
import "./Errors.sol";

contract Vault is Guard, Owned {
    IToken public immutable token;
    mapping(address => uint256) public deposits;

    event Deposited(address indexed from, uint256 amount);
    event Withdrawn(address indexed to, uint256 amount);

    constructor(IToken token_) {
        token = token_;
    }

    function deposit() external payable {
        deposits[msg.sender] += msg.value;
        emit Deposited(msg.sender, msg.value);
    }

    function withdraw(uint256 amount) external nonReentrant {
        if (deposits[msg.sender] < amount) revert TooMuch(amount);
        deposits[msg.sender] -= amount;
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "payment failed");
        emit Withdrawn(msg.sender, amount);
    }

    function rescue(address to, uint256 amount) external onlyOwner {
        require(to != address(0), "no receiver");
        require(token.transfer(to, amount), "transfer failed");
    }
}
