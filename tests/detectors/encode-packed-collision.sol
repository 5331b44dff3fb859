// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Names {
    function two(string memory a, bytes memory b) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(a, b)); //~ MEDIUM: `a` and `b` are hashed without their lengths
    }

    function stored(address[] memory from, address[] memory to) external pure returns (bytes32) {
        bytes memory packed = abi.encodePacked(from, to); //~ MEDIUM: `from` and `to`
        return keccak256(packed);
    }

    function separated(string memory a, string memory b) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(a, ":", b)); //~ LOW: `a` and `b`
    }

    function encoded(string memory a, string memory b) external pure returns (bytes32) {
        return keccak256(abi.encode(a, b));
    }

    function one(string memory a, uint256 b) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(a, b));
    }

    function literal(string memory a) external pure returns (bytes32) {
        return keccak256(abi.encodePacked("prefix", a));
    }

    function fixedLength(uint256[2] memory a, bytes memory b) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(a, b));
    }

    function joined(string memory a, string memory b) external pure returns (string memory) {
        return string(abi.encodePacked(a, b));
    }
}
