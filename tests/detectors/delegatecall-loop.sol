// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Multicall {
    function payMany(bytes[] calldata data) external payable {
        for (uint256 i = 0; i < data.length; i++) {
            (bool ok, ) = address(this).delegatecall(data[i]); //~ HIGH: `delegatecall` to `address(this)` in a loop keeps `msg.value`
            require(ok);
        }
    }

    function many(bytes[] calldata data) external {
        for (uint256 i = 0; i < data.length; i++) {
            (bool ok, ) = address(this).delegatecall(data[i]); //~ LOW: `delegatecall` to `address(this)` in a loop
            require(ok);
        }
    }

    function refuses(bytes[] calldata data) external payable {
        require(msg.value == 0);
        for (uint256 i = 0; i < data.length; i++) {
            (bool ok, ) = address(this).delegatecall(data[i]);
            require(ok);
        }
    }

    function once(bytes calldata data) external payable {
        (bool ok, ) = address(this).delegatecall(data);
        require(ok);
    }

    function asks(address[] calldata targets) external payable {
        for (uint256 i = 0; i < targets.length; i++) {
            (bool ok, ) = targets[i].call("");
            require(ok);
        }
    }
}
