// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Orders {
    mapping(uint256 => address) public signers;

    function valid(uint256 id, bytes32 hash, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        return ecrecover(hash, v, r, s) == signers[id]; //~ MEDIUM: the result of `ecrecover` is never compared
    }

    function checked(uint256 id, bytes32 hash, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        address signer = ecrecover(hash, v, r, s);
        return signer != address(0) && signer == signers[id];
    }

    function own(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        return ecrecover(hash, v, r, s) == msg.sender;
    }
}
