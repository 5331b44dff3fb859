// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Lottery {
    address[] public players;
    bytes32 public domain;
    bytes32 public commitment;
    uint256 public nonce;
    mapping(bytes32 => bool) public used;

    function drawByHash() external view returns (address) {
        return players[uint256(keccak256(abi.encodePacked(block.timestamp, msg.sender))) % players.length]; //~ MEDIUM: is no random number
    }

    function drawByPrevrandao() external view returns (uint256) {
        return block.prevrandao % 100; //~ MEDIUM: `block.prevrandao % 100` is no random number, it follows from the block
    }

    function drawByBlockhash() external view returns (uint256) {
        uint256 seed = uint256(blockhash(block.number - 1)); //~ MEDIUM: is no random number
        return seed / 2;
    }

    function drawThroughHelper(uint256 range) external view returns (uint256) {
        return _random() % range; //~ MEDIUM: `_random() % range` is no random number
    }

    function _random() internal view returns (uint256) {
        return uint256(keccak256(abi.encode(block.difficulty, block.timestamp))); //~ MEDIUM: is no random number
    }

    // Clockwork.
    function today() external view returns (uint256) {
        return block.timestamp - (block.timestamp % 1 days);
    }

    function epoch() external view returns (uint256) {
        return block.timestamp / 1 weeks;
    }

    // An id, not a number.
    function request(address payee) external returns (bytes32 id) {
        id = keccak256(abi.encode(payee, block.timestamp, nonce++));
        used[id] = true;
    }

    // The chain's id is no source of chance.
    function separator() external view returns (uint256) {
        return uint256(keccak256(abi.encode(domain, block.chainid, address(this))));
    }

    function deadline(uint256 until) external view {
        require(block.timestamp <= until, "too late");
    }

    // What was committed to before.
    function reveal(uint256 secret) external view returns (uint256) {
        require(keccak256(abi.encode(secret)) == commitment);
        return secret % players.length;
    }

    function byAnswer(uint256 answer) external view returns (address) {
        return players[answer % players.length];
    }

    function guess(bytes32 guessed, uint256 at) external view returns (bool) {
        bytes32 answer = blockhash(at); //~ MEDIUM: `blockhash(at)` is no random number
        return guessed == answer;
    }

    function seeded() external view returns (uint256) {
        uint256 seed = block.number / 3; //~ MEDIUM: `block.number / 3` is no random number
        return seed;
    }

    function pick() external view returns (address) {
        return players[uint256(block.timestamp) % players.length]; //~ MEDIUM: is no random number
    }

    function isKnown(uint256 at) external view returns (bool) {
        bytes32 hash = blockhash(at);
        return hash != 0;
    }
}
