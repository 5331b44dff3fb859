// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IOracle {
    function getPrice() external view returns (uint256);
}

contract Lending {
    IOracle oracle;
    uint256 last;
    mapping(address => uint256) credit;

    function deposit() external payable {
        credit[msg.sender] += msg.value * oracle.getPrice(); //~ LOW: nothing bounds it
    }

    function bounded() external payable {
        uint256 price = oracle.getPrice();
        require(price > last * 95 / 100 && price < last * 105 / 100);
        credit[msg.sender] += msg.value * price;
    }

    function shown() external view returns (uint256) {
        return oracle.getPrice();
    }
}
