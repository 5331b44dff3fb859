// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Token} from "@example/tokens/Token.sol";

contract Coin is Token {
    function mint(address to, uint256 amount) external onlyAdmin {
        _mint(to, amount);
    }
}
