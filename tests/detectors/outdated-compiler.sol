// SPDX-License-Identifier: MIT
pragma solidity 0.6.12; //~ LOW: `0.6.12` asks for a compiler before 0.8

contract Counter {
    uint256 public count;

    function increment() external {
        count += 1;
    }
}
