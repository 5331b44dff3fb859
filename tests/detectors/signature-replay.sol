// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Wallet {
    address public owner;
    uint256 public nonce;
    mapping(bytes32 => bool) public used;

    function pay(address payable to, uint256 amount, bytes32 hash, uint8 v, bytes32 r, bytes32 s) external {
        address signer = ecrecover(hash, v, r, s); //~ HIGH: the signature that `pay` takes can be used again
        require(signer != address(0) && signer == owner);
        to.transfer(amount);
    }

    function payWithNonce(address payable to, uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 hash = keccak256(abi.encode(to, amount, nonce, block.chainid, address(this)));
        nonce = nonce + 1;
        address signer = ecrecover(hash, v, r, s);
        require(signer != address(0) && signer == owner);
        to.transfer(amount);
    }

    function payOnce(address payable to, uint256 amount, bytes32 hash, uint8 v, bytes32 r, bytes32 s) external {
        require(!used[hash]);
        used[hash] = true;
        address signer = ecrecover(hash, v, r, s);
        require(signer != address(0) && signer == owner);
        to.transfer(amount);
    }

    function who(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        return ecrecover(hash, v, r, s);
    }
}
