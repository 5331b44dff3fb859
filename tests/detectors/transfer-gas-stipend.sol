// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Payer {
    function byTransfer(address payable to) external payable {
        to.transfer(msg.value); //~ LOW: `transfer` to `to` forwards 2,300 gas
    }

    function bySend(address payable to) external payable {
        require(to.send(msg.value)); //~ LOW: `send` to `to` forwards 2,300 gas
    }

    function byCall(address payable to) external payable {
        (bool ok, ) = to.call{value: msg.value}("");
        require(ok);
    }

    // A token's own function.
    function token(Token asset, address to) external {
        require(asset.transfer(to, 1));
    }
}

interface Token {
    function transfer(address to, uint256 amount) external returns (bool);
}
