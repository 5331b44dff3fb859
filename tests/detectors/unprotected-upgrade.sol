// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Ownable {
    address public owner = msg.sender;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }
}

contract Open {
    function _authorizeUpgrade(address) internal {} //~ HIGH: `_authorizeUpgrade` asks nothing
}

contract Beacon {
    address public implementation;

    function upgradeTo(address next) external {
        implementation = next; //~ HIGH: anyone can replace the code through `upgradeTo`
    }
}

contract Closed is Ownable {
    function _authorizeUpgrade(address) internal onlyOwner {}
}

contract ClosedInside is Ownable {
    function _authorizeUpgrade(address) internal view {
        require(msg.sender == owner, "not owner");
    }
}

contract ClosedBeacon is Ownable {
    address public implementation;
    uint256 public implied;

    function upgradeTo(address next) external onlyOwner {
        implementation = next;
    }

    function imply(uint256 next) external {
        implied = next;
    }
}
