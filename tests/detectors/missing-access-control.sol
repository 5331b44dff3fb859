// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Treasury {
    address public owner = msg.sender;
    uint256 public fee;
    uint256 public pot;
    mapping(address => bool) public operators;
    mapping(address => uint256) public balances;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    modifier onlyOperator() {
        require(operators[msg.sender], "not operator");
        _;
    }

    function claimOwnership() external { //~ HIGH: anyone can change `owner` through `claimOwnership`
        owner = msg.sender;
    }

    function setOperator(address account, bool allowed) external { //~ HIGH: anyone can change `operators` through `setOperator`
        operators[account] = allowed;
    }

    function resetFee(uint256 next) external { //~ MEDIUM: anyone can change `fee` through `resetFee`
        fee = next;
    }

    function resetFeeTo(uint256 next) external { //~ MEDIUM: anyone can change `fee` through `resetFeeTo`
        require(next != 0, "zero");
        fee = next;
    }

    function takePot(uint256 amount) external { //~ LOW: anyone can change `pot` through `takePot`
        pot -= amount;
    }

    function setFee(uint256 next) external onlyOwner {
        fee = next;
    }

    function setOwner(address next) external onlyOwner {
        owner = next;
    }

    function addOperator(address account) external onlyOperator {
        operators[account] = true;
    }

    // What it asks of the state is its own rule.
    function raiseFee(uint256 next) external {
        require(pot != 0, "empty");
        fee = next;
    }

    // Everyone may leave.
    function resign() external {
        operators[msg.sender] = false;
    }

    function deposit() external payable {
        balances[msg.sender] += msg.value;
        pot += msg.value;
    }

    // What is lowered belongs to the caller.
    function burn(uint256 amount) external {
        balances[msg.sender] -= amount;
        pot -= amount;
    }
}
