// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function approve(address spender, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

contract Spender {
    IERC20 public token;

    function change(address spender, uint256 amount) external {
        token.approve(spender, amount); //~ INFO: the allowance is replaced in one step
    }

    function changeSlowly(address spender, uint256 amount) external {
        token.approve(spender, 0);
        token.approve(spender, amount);
    }

    function endless(address spender) external {
        token.approve(spender, type(uint256).max);
    }

    // What was just received is spent at once.
    function forward(address spender, uint256 amount) external {
        token.transferFrom(msg.sender, address(this), amount);
        token.approve(spender, amount);
    }
}

contract Token {
    mapping(address => mapping(address => uint256)) public allowance;

    function approve(address spender, uint256 amount) external returns (bool) { //~ INFO: `approve` replaces an allowance
        allowance[msg.sender][spender] = amount;
        return true;
    }
}

contract CarefulToken {
    mapping(address => mapping(address => uint256)) public allowance;

    function approve(address spender, uint256 amount) external returns (bool) {
        require(amount == 0 || allowance[msg.sender][spender] == 0, "reset first");
        allowance[msg.sender][spender] = amount;
        return true;
    }
}
