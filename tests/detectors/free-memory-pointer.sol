// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Memory {
    function clobber(uint256 value) external pure returns (bytes memory) {
        assembly {
            mstore(0x40, add(0x40, 0x20)) //~ MEDIUM: overwrites the free memory pointer
            mstore(0x00, value)
        }
        return abi.encode(value);
    }

    function advance(uint256 value) external pure {
        assembly {
            let pointer := mload(0x40)
            mstore(pointer, value)
            mstore(0x40, add(pointer, 0x20))
        }
    }

    function scratch(uint256 value) external pure returns (bytes32 hash) {
        assembly {
            let pointer := mload(0x40)
            mstore(0x40, 7)
            hash := keccak256(0x20, 0x40)
            mstore(0x40, pointer)
        }
    }

    function last(uint256 value) external pure {
        assembly {
            mstore(0x40, 1)
            mstore(0x00, value)
            return(0x00, 0x60)
        }
    }
}
