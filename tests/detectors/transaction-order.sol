// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
}

contract Orders {
    bytes32 public target;
    uint256 public price = 1 ether;
    uint256 public reward;
    address public leader;
    uint256 public highest;
    IERC20 public token;
    mapping(address => bytes32) public commitments;

    function solve(string calldata answer) external {
        require(keccak256(bytes(answer)) == target, "wrong"); //~ LOW: `solve` pays for an answer
        payable(msg.sender).transfer(1 ether);
    }

    function solveForToken(string calldata answer) external {
        require(keccak256(bytes(answer)) == target, "wrong"); //~ LOW: `solveForToken` pays for an answer
        require(token.transfer(msg.sender, 100), "not paid");
    }

    function lead() external payable {
        require(msg.value > 1 ether, "too little");
        leader = msg.sender; //~ LOW: the last to call `lead` wins
    }

    function buy(uint256 amount) external payable {
        require(msg.value >= amount * price, "too little"); //~ LOW: `buy` sells at `price`
        token.transferFrom(address(this), msg.sender, amount);
    }

    function bid() external payable {
        require(msg.value > highest, "too little");
        highest = msg.value;
        leader = msg.sender;
    }

    function open(string calldata answer, bytes32 salt) external {
        require(commitments[msg.sender] == keccak256(abi.encode(answer, salt, msg.sender)), "not committed");
        delete commitments[msg.sender];
        payable(msg.sender).transfer(1 ether);
    }

    // Whoever copies the answer pays someone else.
    function solveFor(address to, string calldata answer) external {
        require(keccak256(bytes(answer)) == target, "wrong");
        require(token.transfer(to, 100), "not paid");
    }

    function buyUpTo(uint256 amount, uint256 maxPrice) external payable {
        require(price <= maxPrice, "dear");
        require(msg.value >= amount * price, "too little");
        token.transferFrom(address(this), msg.sender, amount);
    }
}
