// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

contract Pool {
    IERC20 public token;
    address public owner;

    function deposit(address from, uint256 amount) external {
        require(token.transferFrom(from, address(this), amount)); //~ HIGH: anyone can make `transferFrom` take from `from`
    }

    function depositOwn(uint256 amount) external {
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    function depositChecked(address from, uint256 amount) external {
        require(from == msg.sender);
        require(token.transferFrom(from, address(this), amount));
    }

    function depositFor(address from, uint256 amount) external {
        require(msg.sender == owner);
        require(token.transferFrom(from, address(this), amount));
    }
}
