// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IFeed {
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    function latestAnswer() external view returns (int256);
}

contract Prices {
    IFeed public feed;

    function price() external view returns (uint256) {
        (, int256 answer,,,) = feed.latestRoundData(); //~ MEDIUM: the answer of `latestRoundData` is used without
        return uint256(answer);
    }

    function unread() external view returns (uint256) {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData(); //~ MEDIUM: without asking how old it is
        require(answer > 0);
        return uint256(answer);
    }

    function old() external view returns (int256) {
        return feed.latestAnswer(); //~ MEDIUM: `latestAnswer` does not say how old
    }

    function checked() external view returns (uint256) {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        require(answer > 0 && block.timestamp - updatedAt < 1 hours);
        return uint256(answer);
    }

    function assigned() external view returns (uint256) {
        int256 answer;
        uint256 at;
        (, answer,, at,) = feed.latestRoundData();
        require(at + 1 hours > block.timestamp);
        return uint256(answer);
    }

    function handedOn() external view returns (uint80, int256, uint256, uint256, uint80) {
        return feed.latestRoundData();
    }
}
