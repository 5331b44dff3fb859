// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Hashes {
    function short(bytes memory data) external pure returns (bytes20) {
        return ripemd160(data); //~ LOW: `ripemd160` hashes
    }

    function extendable(bytes memory data) external pure returns (bytes32) {
        return sha256(data); //~ INFO: `sha256` hashes
    }

    function native(bytes memory data) external pure returns (bytes32) {
        return keccak256(data);
    }

    function encoded(uint256 a) external pure returns (bytes32) {
        return keccak256(abi.encode(a));
    }
}
