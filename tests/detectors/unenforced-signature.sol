// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Door {
    address public owner = msg.sender;
    uint256 public opened;

    function open(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external {
        address signer = ecrecover(hash, v, r, s);
        if (signer == owner) { //~ LOW: `open` ends in silence when the signature is wrong
            opened += 1;
        }
    }

    function openOrFail(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external {
        address signer = ecrecover(hash, v, r, s);
        require(signer == owner, "wrong signature");
        opened += 1;
    }

    function openOrRevert(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external {
        if (ecrecover(hash, v, r, s) != owner) revert();
        opened += 1;
    }

    function tryOpen(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external returns (bool) {
        if (ecrecover(hash, v, r, s) == owner) {
            opened += 1;
            return true;
        }
        return false;
    }
}
