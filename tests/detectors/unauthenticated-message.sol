// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Inbox {
    address immutable messenger = msg.sender;
    uint256 public last;

    function deliver(bytes calldata payload) external { //~ MEDIUM: `deliver` carries out a message, whoever wrote it
        last = abi.decode(payload, (uint256));
    }

    function receiveMessage(bytes calldata payload) external {
        require(msg.sender == messenger, "not the messenger");
        last = abi.decode(payload, (uint256));
    }

    function handle(bytes calldata payload, bytes32[] calldata proof) external {
        require(_verify(payload, proof), "no proof");
        last = abi.decode(payload, (uint256));
    }

    function store(bytes calldata payload) external {
        last = payload.length;
    }

    function _verify(bytes calldata payload, bytes32[] calldata proof) internal pure returns (bool) {
        return proof.length > 0 && keccak256(payload) == proof[0];
    }
}
