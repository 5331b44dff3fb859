// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Target {
    function ping() external;
}

contract Caller {
    uint256 constant LIMIT = 50000;
    uint256 public limit;

    function low(address target) external returns (bool ok) {
        (ok, ) = target.call{gas: 100000}(""); //~ LOW: this call has a fixed gas of `100000`
    }

    function high(Target target) external {
        target.ping{gas: LIMIT}(); //~ LOW: this call has a fixed gas of `LIMIT`
    }

    function all(address target) external returns (bool ok) {
        (ok, ) = target.call("");
    }

    function set(address target) external returns (bool ok) {
        (ok, ) = target.call{gas: limit}("");
    }

    function ask(address target) external view returns (bool ok) {
        (ok, ) = target.staticcall{gas: 30000}("");
    }
}
