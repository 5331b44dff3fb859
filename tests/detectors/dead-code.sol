// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Vault {
    uint256 public limit;
    mapping(address => uint256) public balances;

    function withdraw(uint256 amount) external {
        _take(amount);
    }

    function _take(uint256 amount) private {
        balances[msg.sender] -= amount;
    }

    function _checkLimit(uint256 amount) private view { //~ INFO: nothing calls `_checkLimit`
        require(amount < limit);
    }

    function idle() public { //~ INFO: `idle` has no effect
        uint256 a = 5;
        uint256 b = a + 1;
    }

    // The call may revert.
    function probe() external {
        uint256 found = this.limit();
    }

    function empty() external {}

    function sum(uint256 a) external pure returns (uint256) {
        uint256 b = a + 1;
        return b;
    }
}

// Made to be derived from.
contract Base {
    uint256 public value;

    function _set(uint256 newValue) internal {
        value = newValue;
    }

    function reset() public virtual {
        value = 0;
    }
}

library Maths {
    function half(uint256 a) internal pure returns (uint256) {
        return a / 2;
    }
}
