// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Aggregate {
    bytes32 DOMAIN_SEPARATOR;

    function bare(bytes calldata data, bytes calldata sig) external view returns (bool) {
        bytes32 message = keccak256(abi.encode(data)); //~ LOW: not bound to this chain
        return verifyAggregate(message, sig);
    }

    function bound(bytes calldata data, bytes calldata sig) external view returns (bool) {
        bytes32 message = keccak256(abi.encode(DOMAIN_SEPARATOR, keccak256(data)));
        return verifyAggregate(message, sig);
    }

    function unsigned(bytes calldata data) external pure returns (bytes32) {
        bytes32 message = keccak256(abi.encode(data));
        return message;
    }

    function verifyAggregate(bytes32 message, bytes calldata sig) internal view returns (bool) {
        return sig.length > 0 && message != DOMAIN_SEPARATOR;
    }
}
