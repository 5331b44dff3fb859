// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Asserts {
    uint256 total = 100;

    function take(uint256 amount) external {
        assert(total >= amount); //~ LOW: `assert` fails when the caller chooses another `amount`
        total -= amount;
    }

    function takeChecked(uint256 amount) external {
        require(total >= amount);
        total -= amount;
    }

    function invariant() external view {
        assert(total <= 100);
    }
}
