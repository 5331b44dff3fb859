// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Casts {
    uint128 public stored;

    function cut(uint256 amount) external {
        stored = uint128(amount); //~ MEDIUM: `uint128(amount)` may cut off the upper bits
    }

    function sign(uint256 amount) external pure returns (int256) {
        return int256(amount); //~ LOW: may turn a large number negative
    }

    function unsign(int256 delta) internal pure returns (uint256) {
        return uint256(delta); //~ LOW: may turn a negative number into a huge one
    }

    function bounded(uint256 amount) external {
        require(amount <= type(uint128).max, "too much");
        stored = uint128(amount);
    }

    function verified(uint256 amount) external pure returns (uint128 result) {
        require((result = uint128(amount)) == amount);
    }

    function masked(uint256 word) external pure returns (uint8) {
        return uint8(word & 0xff);
    }

    function signedAndAsked(int256 delta) external pure returns (uint256) {
        return delta < 0 ? uint256(-delta) : uint256(delta);
    }

    function roundTrip(uint256 amount) external pure returns (uint96 result) {
        result = uint96(amount);
        if (result != amount) revert();
    }

    function shifted(uint256 amount) external pure returns (uint64) {
        require(amount >> 64 == 0, "too large");
        return uint64(amount);
    }

    function least(uint256 a, uint64 b) external pure returns (uint64) {
        return uint64(min(a, b));
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function pattern(int256 delta) external pure returns (bytes32) {
        return bytes32(uint256(delta));
    }

    function wider(uint64 amount) external pure returns (uint256) {
        return uint256(amount);
    }

    function clock() external view returns (uint40) {
        return uint40(block.timestamp + 1);
    }

    function hash(bytes calldata data) external pure returns (uint64) {
        return uint64(uint256(keccak256(data)));
    }
}
