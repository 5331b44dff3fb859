// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Pool {
    uint256 public supply;
    uint256 public other;
    mapping(address => uint256) public shares;
    bool private locked;

    modifier lock() {
        require(!locked, "locked");
        locked = true;
        _;
        locked = false;
    }

    function burn(uint256 part) external lock {
        require(shares[msg.sender] >= part);
        (bool ok, ) = msg.sender.call{value: (address(this).balance * part) / supply}("");
        require(ok);
        supply -= part;
    }

    function price() external view returns (uint256) { //~ LOW: `price` reads `supply`, and can be asked while `burn` calls `msg.sender`
        return address(this).balance / supply;
    }

    // It asks for the lock.
    function safePrice() external view returns (uint256) {
        require(!locked, "locked");
        return address(this).balance / supply;
    }

    // No function that calls changes it.
    function half() external view returns (uint256) {
        return other / 2;
    }

    // It computes nothing.
    function total() external view returns (uint256) {
        return supply;
    }
}
