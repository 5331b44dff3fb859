// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Relay {
    mapping(address => uint256) public nonces;
    uint256 public count;

    function execute(address signer, uint256 nonce, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 digest = keccak256(abi.encode(signer, nonce, block.chainid, address(this)));
        require(signer != address(0) && nonce == nonces[signer]++);
        require(ecrecover(digest, v, r, s) == signer, "bad signature"); //~ LOW: the signature that `execute` takes is good for ever
        count += 1;
    }

    function executeInTime(address signer, uint256 nonce, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        require(block.timestamp <= deadline, "expired");
        bytes32 digest = keccak256(abi.encode(signer, nonce, deadline, block.chainid, address(this)));
        require(signer != address(0) && nonce == nonces[signer]++);
        require(ecrecover(digest, v, r, s) == signer, "bad signature");
        count += 1;
    }

    function executeOwn(uint256 nonce, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 digest = keccak256(abi.encode(nonce, block.chainid, address(this)));
        require(nonce == nonces[msg.sender]++);
        require(ecrecover(digest, v, r, s) == msg.sender, "bad signature");
        count += 1;
    }

    function who(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        return ecrecover(digest, v, r, s);
    }
}
