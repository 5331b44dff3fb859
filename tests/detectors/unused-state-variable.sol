// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Payments {
    uint256 public totalPaid; //~ INFO: `totalPaid` is never used
    uint256 internal spare; //~ INFO: `spare` is never used
    uint256 public constant LIMIT = 10;
    string public version = "1";
    mapping(address => bool) public paid;
    uint256 private seen;
    uint256[50] private __gap;

    function pay() external {
        paid[msg.sender] = true;
    }

    function look() external {
        assembly {
            sstore(seen.slot, 1)
        }
    }
}

abstract contract Base {
    uint256 internal forOthers;

    function nothing() external {}
}

contract Layout {
    address internal implementation;
}
