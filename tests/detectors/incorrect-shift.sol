// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shifts {
    function swapped(uint256 a) external pure returns (uint256 b) {
        assembly {
            b := shr(a, 8) //~ HIGH: the arguments of `shr(a, 8)` are swapped
        }
    }

    function swappedSum() external pure returns (uint256 b) {
        uint256 a = 50;
        assembly {
            b := shl(add(a, 1), 16) //~ HIGH: the arguments of `shl(add(a, 1), 16)` are swapped
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

    function counted() external pure returns (uint256 b) {
        assembly {
            let bits := 32
            b := shl(bits, 16)
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
