// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Token {
    address owner = msg.sender;
    uint256 public totalSupply;
    uint256 constant MAX_SUPPLY = 1e24;
    mapping(address => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        require(msg.sender == owner, "not owner");
        totalSupply += amount; //~ INFO: `mint` may raise the supply without a limit
        balanceOf[to] += amount;
    }

    function mintCapped(address to, uint256 amount) external {
        require(msg.sender == owner, "not owner");
        require(totalSupply + amount <= MAX_SUPPLY, "too many");
        totalSupply += amount;
        balanceOf[to] += amount;
    }

    function mintPaid(uint256 amount) external payable {
        require(msg.value == amount * 1 gwei, "wrong price");
        totalSupply += amount;
        balanceOf[msg.sender] += amount;
    }
}
