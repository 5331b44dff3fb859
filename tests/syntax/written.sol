// SPDX-License-Identifier: MIT
pragma solidity >=0.8.0 <0.9.0;

type Price is uint128;
using {add as +} for Price global;
error Nope(address who);
uint256 constant MAX = 1e18;

function add(Price a, Price b) pure returns (Price) {
    return Price.wrap(Price.unwrap(a) + Price.unwrap(b));
}

interface IToken {
    /// @notice transfer(address to, uint256 amount)
    function transfer(address to, uint256 amount) external returns (bool);
}

abstract contract Base {
    event Done(address indexed who);
    function (uint256) external returns (bool) callback;
    function hook() internal virtual {}
    function open() public virtual returns (uint256);
    modifier guarded() virtual {
        _;
    }
}

contract Written is Base, Lib.Other(1) {
    struct Point {
        uint256 x;
        uint256 y;
    }
    enum Kind {
        error,
        receive
    }
    mapping(address => mapping(uint256 => Point)) private points;
    uint256[] public list = [1, 2, 3];
    string constant BRACES = "} { // ; function f() {}";

    function open() public pure override(Base) returns (uint256) {
        return 1;
    }

    function fallback_() external guarded {
        /* intentionally empty */
    }

    fallback(bytes calldata data) external returns (bytes memory) {
        return data;
    }
}
