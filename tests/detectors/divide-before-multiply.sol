// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Fees {
    uint256 public constant WEEK = 7 days;

    function direct(uint256 amount, uint256 rate) external pure returns (uint256) {
        return amount / 10_000 * rate; //~ LOW: `amount / 10_000 * rate` multiplies what a division has rounded
    }

    function copied(uint256 amount, uint256 shares, uint256 total) external pure returns (uint256) {
        uint256 each = amount / total;
        return shares * each; //~ LOW: `shares * each`
    }

    function assembled(uint256 a, uint256 b, uint256 c) external pure returns (uint256 result) {
        assembly {
            result := mul(div(a, b), c) //~ LOW: `mul(div(a, b), c)`
        }
    }

    function words(uint256 length) external pure returns (uint256 result) {
        assembly {
            result := mul(div(add(length, 31), 32), 32)
        }
    }

    function choice(uint256 a, uint256 b) external pure returns (uint256 result) {
        assembly {
            result := mul(div(a, b), iszero(mod(a, b)))
        }
    }

    // Newton's steps to the inverse of `d` modulo a power of two lose nothing.
    function inverse(uint256 d, uint256 twos) external pure returns (uint256 x) {
        unchecked {
            d = d / twos;
            x = (3 * d) ^ 2;
            x *= 2 - d * x;
        }
    }

    function first(uint256 amount, uint256 rate) external pure returns (uint256) {
        return amount * rate / 10_000;
    }

    // Rounds down to a whole week, which is meant.
    function weekOf(uint256 time) external pure returns (uint256) {
        return time / WEEK * WEEK;
    }

    function overwritten(uint256 a, uint256 b, uint256 c) external pure returns (uint256) {
        uint256 part = a / b;
        part = a + b;
        return part * c;
    }

    function left(uint256 a, uint256 b, uint256 c, bool early) external pure returns (uint256 part) {
        part = a;
        if (early) {
            part = a / b;
            return part;
        }
        return part * c;
    }
}
