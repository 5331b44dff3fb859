// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Target {
    function name() external returns (string memory);
    function number() external returns (uint256);
}

contract Caller {
    function low(address target, uint256 limit) external returns (bool ok) {
        (ok, ) = target.call{gas: limit}(""); //~ LOW: the answer to this call is copied however long it is
    }

    function high(Target target, uint256 limit) external returns (string memory) {
        return target.name{gas: limit}(); //~ LOW: the answer to this call is copied
    }

    function short(Target target, uint256 limit) external returns (uint256) {
        return target.number{gas: limit}();
    }

    function all(address target) external returns (bool ok) {
        (ok, ) = target.call("");
    }
}
