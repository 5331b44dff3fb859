// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Casts {
    function narrow(uint256 value) external pure returns (uint8) {
        uint8 result;
        assembly {
            result := value //~ LOW: `result` takes all bits of `value`
        }
        return result;
    }

    function checked(uint256 value) external pure returns (uint8) {
        require(value <= type(uint8).max);
        uint8 result;
        assembly {
            result := value
        }
        return result;
    }

    function widened(uint8 value) external pure returns (uint256 result) {
        assembly {
            result := value
        }
    }

    function masked(uint256 value) external pure returns (uint8 result) {
        assembly {
            result := and(value, 0xff)
        }
    }
}
