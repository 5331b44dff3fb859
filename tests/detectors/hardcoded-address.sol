// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Wallet {
    address public owner = 0x1234567890abcdef1234567890abcdef12345678; //~ INFO: `owner` begins with an address written into the code
    address public constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;
    address public burn = 0x000000000000000000000000000000000000dEaD;
    address public keeper;
    uint256 public size = 1000000;

    constructor(address first) {
        keeper = first;
    }

    function setOwner(address next) external {
        require(msg.sender == owner);
        owner = next;
    }
}
