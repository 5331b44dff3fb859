// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Sale {
    uint256 public deadline;
    uint256 public end;
    uint256 public last;

    constructor(uint256 deadline_) {
        deadline = deadline_;
        end = block.timestamp + 7 days;
    }

    function isOver() external view returns (bool) {
        return block.timestamp > deadline; //~ INFO: `block.timestamp > deadline` lets the block's time decide
    }

    function copied() external view returns (bool) {
        uint256 time = block.timestamp;
        return time != last; //~ LOW: `time != last`
    }

    function called() external view returns (bool) {
        return currentTime() < deadline; //~ INFO: `currentTime() < deadline`
    }

    function currentTime() internal view returns (uint256) {
        return block.timestamp;
    }

    // The end is a start and a week: seconds do not matter.
    function isEnded() external view returns (bool) {
        return block.timestamp > end;
    }

    function hasRested() external view returns (bool) {
        return block.timestamp > last + 1 days;
    }

    function note() external {
        last = block.timestamp;
    }

    function isLater(uint256 block_) external view returns (bool) {
        return block.number > block_;
    }
}
