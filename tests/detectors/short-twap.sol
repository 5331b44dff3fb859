// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IPool {
    function observe(uint32[] calldata ago) external view returns (int56[] memory, uint160[] memory);
}

contract Averages {
    IPool pool;
    uint32 constant WINDOW = 1800;
    uint32 constant SHORT = 60;

    function single() external view returns (int56) {
        uint32[] memory ago = new uint32[](1);
        ago[0] = 0;
        (int56[] memory ticks,) = pool.observe(ago); //~ MEDIUM: one observation
        return ticks[0];
    }

    function short() external view returns (int56) {
        uint32[] memory ago = new uint32[](2);
        ago[0] = SHORT;
        ago[1] = 0;
        (int56[] memory ticks,) = pool.observe(ago); //~ MEDIUM: under ten minutes
        return ticks[1] - ticks[0];
    }

    function long() external view returns (int56) {
        uint32[] memory ago = new uint32[](2);
        ago[0] = WINDOW;
        ago[1] = 0;
        (int56[] memory ticks,) = pool.observe(ago);
        return ticks[1] - ticks[0];
    }

    function chosen(uint32 window) external view returns (int56) {
        uint32[] memory ago = new uint32[](2);
        ago[0] = window;
        (int56[] memory ticks,) = pool.observe(ago);
        return ticks[1] - ticks[0];
    }
}
