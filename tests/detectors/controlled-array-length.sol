// SPDX-License-Identifier: MIT
pragma solidity ^0.4.24;

contract Slots {
    address public owner = msg.sender;
    uint256[] public codes;
    uint256[] public map;

    function store(uint256 slot, uint256 value) public {
        assembly {
            sstore(slot, value)
        }
    }

    function pop() public {
        codes.length--; //~ HIGH: anyone can write to any slot of the storage through `pop`
    }

    function set(uint256 key, uint256 value) public {
        if (map.length <= key) map.length = key + 1;
        map[key] = value; //~ HIGH: anyone can write to any slot of the storage through `set`
    }

    function resize(uint256 length) public {
        codes.length = length; //~ HIGH: anyone can write to any slot of the storage through `resize`
    }

    function shrink(uint256 length) public {
        require(length < codes.length);
        codes.length = length;
    }

    function popChecked() public {
        require(codes.length > 0);
        codes.length--;
    }

    function storeByOwner(uint256 slot, uint256 value) public {
        require(msg.sender == owner);
        assembly {
            sstore(slot, value)
        }
    }

    function setAt(uint256 key, uint256 value) public {
        require(key < map.length);
        map[key] = value;
    }

    function storeOwn(uint256 value) public {
        bytes32 slot = keccak256(abi.encode(msg.sender));
        assembly {
            sstore(slot, value)
        }
    }
}
