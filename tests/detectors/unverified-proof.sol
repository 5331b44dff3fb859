// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Claims {
    bytes32 root;
    mapping(address => uint256) claimed;

    function claim(uint256 amount, bytes32[] calldata proof) external { //~ MEDIUM: `claim` takes `proof`
        claimed[msg.sender] = amount;
    }

    function checked(uint256 amount, bytes32 hash) external {
        require(keccak256(abi.encode(amount)) == hash);
        claimed[msg.sender] = amount;
    }

    function peek(bytes32 hash) external pure returns (bool) {
        return true;
    }

    function named(uint256 amount, bytes32 label) external {
        claimed[msg.sender] = amount;
    }
}
