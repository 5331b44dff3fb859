// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Pool {
    function withdraw(uint256 amount) external returns (uint256);
    function sync() external;
    function transfer(address to, uint256 amount) external returns (bool);
}

contract User {
    uint256 public got;

    function ignore(Pool pool) external {
        pool.withdraw(1); //~ LOW: what `withdraw` of `pool` returns is ignored
    }

    function ignoreName(Pool pool) external {
        uint256 amount = pool.withdraw(1); //~ LOW: what `withdraw` of `pool` returns is ignored
    }

    function use(Pool pool) external {
        got += pool.withdraw(1);
    }

    function nothing(Pool pool) external {
        pool.sync();
    }

    // Another detector asks for it.
    function pay(Pool pool) external {
        pool.transfer(msg.sender, 1);
    }
}
