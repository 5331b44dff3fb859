// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Bank {
    event Paid(address user, uint256 amount); //~ INFO: `Paid` does not index `user`
    event Deposited(address indexed user, uint256 amount);
    event Moved(uint256 indexed id, address user);
    event Set(uint256 value);

    function pay() external {
        emit Paid(msg.sender, 1);
    }

    function deposit() external {
        emit Deposited(msg.sender, 1);
    }
}
