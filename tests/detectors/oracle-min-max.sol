// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IFeed {
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}

contract Market {
    IFeed immutable feed;
    int256 public minPrice = 1e6;
    int256 public maxPrice = 1e12;

    constructor(IFeed feed_) {
        feed = feed_;
    }

    function worth(uint256 amount) external view returns (uint256) {
        (, int256 price,, uint256 updatedAt,) = feed.latestRoundData(); //~ LOW: `price` counts, however far from the truth it is
        require(price > 0 && block.timestamp - updatedAt < 1 hours);
        return uint256(price) * amount;
    }

    function worthInBounds(uint256 amount) external view returns (uint256) {
        (, int256 price,, uint256 updatedAt,) = feed.latestRoundData();
        require(price > minPrice && price < maxPrice && block.timestamp - updatedAt < 1 hours);
        return uint256(price) * amount;
    }

    function worthChecked(uint256 amount) external view returns (uint256) {
        (, int256 price,, uint256 updatedAt,) = feed.latestRoundData();
        _check(price);
        return block.timestamp - updatedAt < 1 hours ? uint256(price) * amount : 0;
    }

    function age() external view returns (uint256) {
        (,,, uint256 updatedAt,) = feed.latestRoundData();
        return block.timestamp - updatedAt;
    }

    function _check(int256 price) internal view {
        require(price > minPrice && price < maxPrice);
    }
}
