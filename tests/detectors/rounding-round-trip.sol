// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Pool {
    uint256 public totalShares = 1;
    uint256 public totalAssets = 1;

    function trip(uint256 amount) external view returns (uint256 assets) {
        uint256 shares = amount * totalShares / totalAssets;
        assets = shares * totalAssets / totalShares + 1; //~ LOW: `shares` is rounded down, and what it is turned back into is rounded up
    }

    function ceilTrip(uint256 amount) external view returns (uint256 assets) {
        uint256 shares = amount * totalShares / totalAssets;
        assets = (shares * totalAssets + totalShares - 1) / totalShares; //~ LOW: is rounded up
    }

    function fairTrip(uint256 amount) external view returns (uint256 assets) {
        uint256 shares = amount * totalShares / totalAssets;
        assets = shares * totalAssets / totalShares;
    }

    function price(uint256 shares) external view returns (uint256 assets) {
        assets = shares * totalAssets / totalShares + 1;
    }

    function pages(uint256 items, uint256 size) external pure returns (uint256) {
        return size == 0 ? 0 : (items + size - 1) / size;
    }
}
