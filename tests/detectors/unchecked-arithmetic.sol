// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Bank {
    mapping(address => uint256) public balances;
    uint256 public constant MAX = 100 ether;

    function withdraw(uint256 amount) external {
        unchecked {
            balances[msg.sender] -= amount; //~ MEDIUM: `balances[msg.sender] -= amount` may wrap around
        }
    }

    function cost(uint256 count, uint256 price) external pure returns (uint256) {
        unchecked {
            return count * price; //~ LOW: `count * price`
        }
    }

    function withdrawChecked(uint256 amount) external {
        balances[msg.sender] -= amount;
    }

    function withdrawGuarded(uint256 amount) external {
        require(balances[msg.sender] >= amount, "too much");
        unchecked {
            balances[msg.sender] -= amount;
        }
    }

    // The checked difference bounds the amount by what the sender has.
    function move(address to, uint256 amount) external {
        balances[msg.sender] -= amount;
        unchecked {
            balances[to] += amount;
        }
    }

    function verified(uint256 amount) external pure returns (uint256 sum) {
        unchecked {
            sum = amount + MAX;
            require(sum >= amount, "overflow");
        }
    }

    function count(uint256[] calldata list) external pure returns (uint256 sum) {
        for (uint256 i; i < list.length;) {
            unchecked {
                ++i;
            }
            sum += list[i - 1];
        }
    }

    function half(uint256 amount) external pure returns (uint256) {
        unchecked {
            return amount / 2 + 1;
        }
    }
}
