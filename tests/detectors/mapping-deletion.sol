// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Groups {
    struct Group {
        address owner;
        mapping(address => bool) members;
    }

    struct Nested {
        Group group;
    }

    struct Plain {
        address owner;
        uint256[] amounts;
    }

    mapping(uint256 => Group) internal groups;
    Nested internal nested;
    mapping(uint256 => Plain) internal plain;
    mapping(address => uint256) internal balances;

    function dissolve(uint256 id) external {
        delete groups[id]; //~ MEDIUM: `delete groups[id]` leaves the entries of a mapping in place
    }

    function forget() external {
        delete nested; //~ MEDIUM: leaves the entries of a mapping
    }

    function dropOwner(uint256 id) external {
        delete groups[id].owner;
    }

    function dropPlain(uint256 id) external {
        delete plain[id];
    }

    function dropEntry(address user) external {
        delete balances[user];
    }
}
