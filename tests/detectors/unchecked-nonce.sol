// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Bank {
    mapping(address => uint256) public nonces;
    mapping(address => uint256) public balances;

    function transfer(address to, uint256 amount) external {
        uint256 nonce = nonces[msg.sender];
        nonces[msg.sender] = nonce + 1; //~ LOW: `transfer` raises `nonces[msg.sender]` and never asks for it
        _move(to, amount);
    }

    function transferOnce(address to, uint256 amount, uint256 nonce) external {
        require(nonce == nonces[msg.sender], "replayed");
        nonces[msg.sender] = nonce + 1;
        _move(to, amount);
    }

    function open(uint256 amount) external returns (bytes32 id) {
        id = keccak256(abi.encode(msg.sender, nonces[msg.sender], amount));
        nonces[msg.sender]++;
    }

    function invalidate() external {
        nonces[msg.sender]++;
    }

    function _move(address to, uint256 amount) private {
        balances[msg.sender] -= amount;
        balances[to] += amount;
    }
}
