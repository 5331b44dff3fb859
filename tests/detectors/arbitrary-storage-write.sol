// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Store {
    address public owner = msg.sender;
    mapping(address => uint256) public values;

    function write(uint256 slot, uint256 value) external {
        assembly {
            sstore(slot, value) //~ HIGH: `sstore(slot, value)` lets the caller choose
        }
    }

    function writeAsOwner(uint256 slot, uint256 value) external {
        require(msg.sender == owner);
        assembly {
            sstore(slot, value)
        }
    }

    function fixedSlot(uint256 value) external {
        assembly {
            sstore(0x20, value)
        }
    }

    function own(uint256 value) external {
        values[msg.sender] = value;
    }
}
