// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Transfers {
    string public plain = "left to right";
    mapping(address => uint256) public balances;

    function pay(address from, address to) external {
        move(from, /* back‮ */ to); //~ HIGH: the character U+202E reorders the text
    }

    // Letters of other alphabets are harmless: שלום, مرحبا, é.
    function payPlainly(address from, address to) external {
        move(from, to);
    }

    function move(address from, address to) internal {
        balances[to] += balances[from];
        balances[from] = 0;
    }
}
