// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

error TooMuch(uint256 amount);
