// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Fees {
    uint256 public fee;
    uint256 public rate;
    mapping(address => uint256) public owed;

    function set(uint256 amount, uint256 base) external {
        fee = base; //~ LOW: `fee` is overwritten before anything reads this value
        fee = amount / 100;
    }

    function quote(uint256 amount) external pure returns (uint256 sum) {
        unchecked {
            sum = amount; //~ LOW: `sum` is overwritten before anything reads this value
            sum = uint256(3);
        }
    }

    function add(uint256 amount, uint256 base) external {
        fee = base;
        fee += amount / 100;
    }

    function chain(uint256 base) external {
        fee = base;
        rate = fee * 2;
        fee = 0;
    }

    function asked(uint256 base) external {
        fee = base;
        note();
        fee = 0;
    }

    function either(bool wide, uint256 base) external {
        fee = base;
        if (wide) fee = base * 2;
    }

    function elements(address a, address b) external {
        owed[a] = 1;
        owed[b] = 2;
    }

    function note() internal {
        rate = fee;
    }
}
