// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract OneStep {
    address public owner = msg.sender;
    address public admin = msg.sender;
    address public feeTo;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    function transferOwnership(address next) external onlyOwner {
        require(next != address(0), "zero");
        owner = next; //~ LOW: `transferOwnership` hands `owner` over in one step
    }

    function setAdmin(address next) external {
        require(msg.sender == admin, "not admin");
        admin = next; //~ LOW: `setAdmin` hands `admin` over in one step
    }

    function setFeeTo(address next) external onlyOwner {
        feeTo = next;
    }

    // Nobody is to follow.
    function renounceOwnership() external onlyOwner {
        owner = address(0);
    }
}

contract TwoSteps {
    address public owner = msg.sender;
    address public pendingOwner;

    function transferOwnership(address next) external {
        require(msg.sender == owner, "not owner");
        pendingOwner = next;
    }

    function acceptOwnership() external {
        require(msg.sender == pendingOwner, "not next");
        owner = msg.sender;
        pendingOwner = address(0);
    }
}
