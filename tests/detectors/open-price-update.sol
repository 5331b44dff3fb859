// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IOracle {
    function updatePrice(uint256 price) external;
}

contract Feed {
    uint256 price;
    uint256 spare;
    address admin;
    mapping(address => uint256) askPrice;

    modifier onlyAdmin() {
        require(msg.sender == admin);
        _;
    }

    function setPrice(uint256 next) external {
        price = next; //~ HIGH: anyone sets the price
    }

    function push(IOracle oracle, uint256 next) external {
        oracle.updatePrice(next); //~ HIGH: anyone sets the price
    }

    function setGuarded(uint256 next) external onlyAdmin {
        price = next;
    }

    function ask(uint256 amount) external {
        askPrice[msg.sender] = amount;
    }

    function pushGuarded(IOracle oracle, uint256 next) external onlyAdmin {
        oracle.updatePrice(next);
    }
}
