// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Teller {
    event Paid(address to, uint256 amount);

    mapping(address => uint256) public owed;
    bool locked;

    modifier lock() {
        require(!locked, "locked");
        locked = true;
        _;
        locked = false;
    }

    function pay() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "not paid");
        emit Paid(msg.sender, amount); //~ INFO: `Paid` is emitted after the call to `msg.sender`
    }

    function payInOrder() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        emit Paid(msg.sender, amount);
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "not paid");
    }

    function payLocked() external lock {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "not paid");
        emit Paid(msg.sender, amount);
    }
}
