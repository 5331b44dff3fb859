// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Limits {
    function zero(uint256 amount) external pure {
        require(amount >= 0, "nothing"); //~ MEDIUM: `amount >= 0` is always true
    }

    function below(uint256 a, uint256 b) external pure returns (bool) {
        return 0 > a - b; //~ MEDIUM: `0 > a - b` is always false
    }

    function large(uint8 level) external pure returns (bool) {
        return level < 256; //~ MEDIUM: `level < 256` is always true
    }

    function lowest(int8 level) external pure returns (bool) {
        return level < -128; //~ MEDIUM: `level < -128` is always false
    }

    function highest(uint16 level) external pure returns (bool) {
        return level > type(uint16).max; //~ MEDIUM: `level > type(uint16).max` is always false
    }

    function itself(uint256 amount) external pure returns (bool) {
        return uint128(amount) == uint128(amount); //~ MEDIUM: `uint128(amount) == uint128(amount)` is always true
    }

    function positive(uint256 amount) external pure {
        require(amount > 0, "nothing");
    }

    function signed(int256 amount) external pure returns (bool) {
        return amount >= 0;
    }

    function within(uint8 level) external pure returns (bool) {
        return level <= 200 && level != 0;
    }

    function negative(int8 level) external pure returns (bool) {
        return level > -128;
    }

    function reaches(uint16 level) external pure returns (bool) {
        return level == type(uint16).max;
    }

    // A call may answer otherwise the second time.
    function again() external view returns (bool) {
        return this.negative(1) == this.negative(1);
    }
}
