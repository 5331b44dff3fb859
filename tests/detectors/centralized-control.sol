// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Alone {
    address public owner = msg.sender;
    uint256 public fee;

    function setOwner(address next) external {
        require(msg.sender == owner, "not owner");
        owner = next;
    }

    function setFee(uint256 next) external { //~ INFO: one account decides `setFee`
        require(msg.sender == owner, "not owner");
        fee = next;
    }

    // The contract is named once.
    function withdraw() external {
        require(msg.sender == owner, "not owner");
        payable(owner).transfer(address(this).balance);
    }
}

contract Patient {
    address public owner = msg.sender;
    uint256 public fee;
    uint256 public nextFee;
    uint256 public from;

    function announce(uint256 next) external {
        require(msg.sender == owner, "not owner");
        nextFee = next;
        from = block.timestamp + 2 days;
    }

    function execute() external {
        require(msg.sender == owner && block.timestamp >= from, "too early");
        fee = nextFee;
    }
}

contract Delayed {
    address public timelock = msg.sender;
    uint256 public fee;

    function setFee(uint256 next) external {
        require(msg.sender == timelock, "not timelock");
        fee = next;
    }
}

contract Nobody {
    mapping(address => uint256) public notes;

    function note(uint256 next) external {
        notes[msg.sender] = next;
    }
}
