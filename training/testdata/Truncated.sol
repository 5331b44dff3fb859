// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Truncated {
    function never(uint256 x) external {
        if (x > 0) {
