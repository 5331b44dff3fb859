// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Sale {
    uint256 public constant LIMIT = 50 gwei;
    uint256 public maxGasPrice = 50 gwei;
    uint256 public sold;

    function buy() external {
        require(tx.gasprice <= 30 gwei, "gas too high"); //~ LOW: fails when the base fee rises
        sold += 1;
    }

    function buyBelow() external {
        if (block.basefee > LIMIT) revert(); //~ LOW: `block.basefee > LIMIT` fails
        sold += 1;
    }

    function buyMovable() external {
        require(tx.gasprice <= maxGasPrice, "gas too high");
        sold += 1;
    }

    function refund() external view returns (uint256) {
        return tx.gasprice == 0 ? 0 : tx.gasprice * 21_000;
    }
}
