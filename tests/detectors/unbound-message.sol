// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Inbox {
    uint256 total;
    address relayer;

    function processMessage(bytes calldata payload) external { //~ LOW: never asks for which chain
        total += payload.length;
    }

    function handleMessage(bytes calldata payload, uint256 chainId) external {
        require(chainId == block.chainid);
        total += payload.length;
    }

    function relayMessage(bytes calldata payload) external {
        require(msg.sender == relayer);
        total += payload.length;
    }
}
