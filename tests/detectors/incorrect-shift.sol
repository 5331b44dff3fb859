// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shifts {
    function swapped(uint256 a) external pure returns (uint256 b) {
        assembly {
            b := shr(a, 8) //~ HIGH: `shr(a, 8)` shifts the number
        }
    }

    function gone(uint8 a) external pure returns (uint8) {
        return a << 8; //~ HIGH: a value of 8 bits is shifted by 8
    }

    function right(uint256 a) external pure returns (uint256 b) {
        assembly {
            b := shr(8, a)
        }
    }

    function bit(uint256 a) external pure returns (uint256 b) {
        assembly {
            b := shl(a, 1)
        }
    }

    function widened(uint8 a) external pure returns (uint16) {
        return uint16(a) << 8;
    }
}
