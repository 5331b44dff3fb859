// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Sale {
    address public owner = msg.sender;
    uint256 public price;
    uint256 public fee;
    uint256 public version;
    uint256 public step;
    mapping(address => uint256) public credit;

    event PriceSet(uint256 price);
    event Touched();

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    function setPrice(uint256 next) external onlyOwner {
        price = next; //~ INFO: `setPrice` changes `price`, which others compute with, without an event
    }

    function setFee(uint256 next) external onlyOwner {
        emit Touched();
        fee = next; //~ INFO: `setFee` changes `fee`, which others compute with, without an event
    }

    function setPriceLoudly(uint256 next) external onlyOwner {
        price = next;
        emit PriceSet(next);
    }

    // Nothing computes with it.
    function setVersion(uint256 next) external onlyOwner {
        version = next;
    }

    // Always the same.
    function reset() external onlyOwner {
        price = 1;
    }

    // Everyone's own.
    function setCredit(uint256 next) external {
        credit[msg.sender] = next;
    }

    function quote(uint256 amount) external view returns (uint256) {
        uint256 part = fee;
        return amount * price + amount * part / 100;
    }
}
