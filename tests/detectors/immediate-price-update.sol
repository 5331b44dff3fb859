// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Feed {
    uint256 price;
    uint256 queuedPrice;
    uint256 eta;
    address owner;

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    function setPrice(uint256 next) external onlyOwner {
        price = next; //~ LOW: changes `price` at once
    }

    function setBounded(uint256 next) external onlyOwner {
        require(next < price * 11 / 10);
        price = next;
    }

    function queue(uint256 next) external onlyOwner {
        queuedPrice = next;
        eta = block.timestamp + 1 days;
    }
}
