// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Inbox {
    mapping(bytes32 => bool) processed;
    mapping(uint256 => uint256) nonces;
    address relayer;
    uint256 total;

    function processMessage(bytes calldata payload) external { //~ HIGH: can be delivered again
        _execute(payload);
    }

    function handleMessage(bytes calldata payload) external {
        require(!processed[keccak256(payload)]);
        processed[keccak256(payload)] = true;
        _execute(payload);
    }

    function receiveMessage(uint256 chain, uint256 nonce, bytes calldata payload) external {
        require(nonce == nonces[chain]++);
        _execute(payload);
    }

    function relayMessage(bytes calldata payload) external {
        require(msg.sender == relayer);
        _execute(payload);
    }

    function _execute(bytes calldata payload) internal {
        total += abi.decode(payload, (uint256));
    }
}
