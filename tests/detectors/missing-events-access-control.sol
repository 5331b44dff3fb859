// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Silent {
    address public owner = msg.sender;
    address public feeTo;
    mapping(address => bool) public operators;

    event OwnerChanged(address from, address to);

    function setOwner(address next) external {
        require(msg.sender == owner, "not owner");
        owner = next; //~ INFO: `setOwner` changes `owner`
    }

    function setOperator(address account, bool allowed) external {
        require(msg.sender == owner, "not owner");
        operators[account] = allowed; //~ INFO: `setOperator` changes `operators`
    }

    function setOwnerLoudly(address next) external {
        require(msg.sender == owner, "not owner");
        emit OwnerChanged(owner, next);
        owner = next;
    }

    // Nothing is decided by it.
    function setFeeTo(address next) external {
        require(operators[msg.sender], "not operator");
        feeTo = next;
    }

    function ping() external view returns (address) {
        return owner;
    }
}
