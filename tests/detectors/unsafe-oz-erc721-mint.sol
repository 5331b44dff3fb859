// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

contract Tickets is ERC721 {
    uint256 public next;

    constructor() ERC721("Tickets", "T") {}

    function buy(address to) external {
        _mint(to, next++); //~ LOW: `_mint(to, next++)` does not ask whether the receiver can hold the token
    }

    function buySafely(address to) external {
        _safeMint(to, next++);
    }

    function buyAsAccount(address to) external {
        require(to.code.length == 0, "accounts only");
        _mint(to, next++);
    }
}

contract Coin is ERC20 {
    constructor() ERC20("Coin", "C") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
