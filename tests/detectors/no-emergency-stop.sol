// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Pool {
    mapping(address => uint256) public balances;

    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    function withdraw(uint256 amount) external { //~ INFO: nobody can stop `withdraw` in an emergency
        require(balances[msg.sender] >= amount, "too much");
        balances[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }
}

contract Owned {
    address public owner = msg.sender;
    uint256 public rate;

    function setRate(uint256 next) external { //~ INFO: nobody can stop `setRate` in an emergency
        require(msg.sender == owner, "not owner");
        rate = next;
    }
}

contract PausedPool {
    mapping(address => uint256) public balances;
    bool public paused;

    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    function withdraw(uint256 amount) external {
        require(!paused && balances[msg.sender] >= amount, "too much");
        balances[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }
}

contract Notes {
    mapping(address => uint256) public notes;

    function note(uint256 next) external {
        notes[msg.sender] = next;
    }

    function clear() external {
        delete notes[msg.sender];
    }
}
