// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Wallet {}

contract Factory {
    address owner = msg.sender;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    function deploy(bytes32 salt) external returns (Wallet) {
        return new Wallet{salt: salt}(); //~ LOW: anyone can use the salt `salt` first
    }

    function deployCode(bytes32 salt, bytes memory code) external returns (address made) {
        assembly {
            made := create2(0, add(code, 0x20), mload(code), salt) //~ LOW: anyone can use the salt `salt` first
        }
        require(made != address(0), "failed");
    }

    function deployBound(bytes32 salt) external returns (Wallet) {
        return new Wallet{salt: keccak256(abi.encode(msg.sender, salt))}();
    }

    function deployOwned(bytes32 salt) external onlyOwner returns (Wallet) {
        return new Wallet{salt: salt}();
    }

    function deployPlain() external returns (Wallet) {
        return new Wallet();
    }
}
