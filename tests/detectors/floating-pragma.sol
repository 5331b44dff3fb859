// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0; //~ INFO: `^0.8.0` admits more than one compiler

contract Counter {
    uint256 public count;

    function increment() external {
        count += 1;
    }
}
