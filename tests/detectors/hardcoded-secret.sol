// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Vault {
    bytes32 private key = keccak256("pass phrase"); //~ MEDIUM: the secret `key`
    string private password = "hunter"; //~ MEDIUM: the secret `password`
    bytes32 private constant STORAGE_KEY = keccak256("vault.storage");
    bytes32 private secretHash;
    uint256 private keys = 3;
    mapping(address => bytes32) private secrets;

    constructor(bytes32 commitment) {
        secretHash = commitment;
    }

    function set(bytes32 commitment) external {
        secrets[msg.sender] = commitment;
    }
}
