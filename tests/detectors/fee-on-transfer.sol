// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

contract Vault {
    IERC20 token;
    uint256 total;
    mapping(address => uint256) deposits;
    mapping(address => uint256) shares;
    mapping(address => mapping(address => uint256)) byToken;

    function deposit(uint256 amount) external {
        require(token.transferFrom(msg.sender, address(this), amount), "failed");
        deposits[msg.sender] += amount; //~ LOW: `amount` is credited
    }

    function depositAny(address asset, uint256 amount) external {
        require(IERC20(asset).transferFrom(msg.sender, address(this), amount), "failed");
        byToken[asset][msg.sender] = byToken[asset][msg.sender] + amount; //~ MEDIUM: `amount` is credited
    }

    function depositMeasured(uint256 amount) external {
        uint256 before = token.balanceOf(address(this));
        require(token.transferFrom(msg.sender, address(this), amount), "failed");
        deposits[msg.sender] += token.balanceOf(address(this)) - before;
    }

    function depositShares(uint256 amount) external {
        uint256 share = amount * total / 3;
        require(token.transferFrom(msg.sender, address(this), amount), "failed");
        shares[msg.sender] += share;
    }

    // Nothing is kept here.
    function forward(address to, uint256 amount) external {
        require(token.transferFrom(msg.sender, to, amount), "failed");
        total += amount;
    }
}
