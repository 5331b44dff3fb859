// SPDX-License-Identifier: MIT
pragma solidity ^0.4.20;

contract Vault {
    uint256 balance; //~ INFO: the visibility of `balance` is not stated
    uint256 constant LIMIT = 10;
    uint256 internal used;
    uint256 public immutable start;

    function Vault() {
        balance = LIMIT;
    }

    function pay(address to) { //~ LOW: the visibility of `pay` is not stated
        to.transfer(1 ether);
    }

    function payPrivately(address to) private {
        to.transfer(1 ether);
    }

    function look() external view returns (uint256) {
        return used;
    }

    function () payable {}
}

interface Token {
    function supply() returns (uint256);
}
