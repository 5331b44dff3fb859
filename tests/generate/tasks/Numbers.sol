// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Whole numbers and fixed-point numbers with 18 decimals
library Maths {
    uint256 internal constant ONE = 1e18;

    error DivisionByZero();

    /// @notice Quotient rounded up. Division by zero reverts with `DivisionByZero`.
    /// @param a Dividend.
    /// @param b Divisor.
    /// @return The least number that times `b` is at least `a`.
    function divUp(uint256 a, uint256 b) internal pure returns (uint256) {
        if (b == 0) revert DivisionByZero();
        return a == 0 ? 0 : (a - 1) / b + 1;
    }

    /// @notice Mean of two numbers, rounded down, which never overflows.
    /// @param a One number.
    /// @param b The other.
    /// @return Their mean.
    function average(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a & b) + (a ^ b) / 2;
    }

    /// @notice Square root rounded down, by Newton's method.
    /// @param x A number.
    /// @return root The greatest number whose square is at most `x`.
    function sqrt(uint256 x) internal pure returns (uint256 root) {
        if (x < 2) return x;
        root = x;
        uint256 next = x / 2;
        while (next < root) {
            root = next;
            next = (x / next + next) / 2;
        }
    }

    /// @notice Greatest common divisor, by Euclid. That of a number and zero is the number.
    /// @param a One number.
    /// @param b The other.
    /// @return The greatest number that divides both.
    function gcd(uint256 a, uint256 b) internal pure returns (uint256) {
        while (b != 0) {
            uint256 rest = a % b;
            a = b;
            b = rest;
        }
        return a;
    }

    /// @notice Binary logarithm rounded down; zero for zero.
    /// @param x A number.
    /// @return result The place of its highest set bit.
    function log2(uint256 x) internal pure returns (uint256 result) {
        for (uint256 step = 128; step > 0; step /= 2) {
            if (x >> step != 0) {
                x >>= step;
                result += step;
            }
        }
    }

    /// @notice Product of two fixed-point numbers, rounded half up.
    /// @param a One number, times `ONE`.
    /// @param b The other, times `ONE`.
    /// @return Their product, times `ONE`.
    function mulRound(uint128 a, uint128 b) internal pure returns (uint256) {
        uint256 product = uint256(a) * b;
        return product / ONE + (product % ONE >= ONE / 2 ? 1 : 0);
    }

    /// @notice Power of a fixed-point number by repeated squaring; each product is rounded down. Anything to the power of zero is `ONE`. What does not fit reverts.
    /// @param base The number, times `ONE`.
    /// @param exponent A whole number.
    /// @return result The power, times `ONE`.
    function power(uint256 base, uint16 exponent) internal pure returns (uint256 result) {
        result = ONE;
        while (exponent != 0) {
            if (exponent & 1 == 1) result = result * base / ONE;
            exponent >>= 1;
            if (exponent != 0) base = base * base / ONE;
        }
    }

    /// @notice Distance of two signed numbers, which always fits a number without sign.
    /// @param a One number.
    /// @param b The other.
    /// @return How far they are apart.
    function distance(int256 a, int256 b) internal pure returns (uint256) {
        unchecked {
            return a > b ? uint256(a) - uint256(b) : uint256(b) - uint256(a);
        }
    }
}

/// @title Makes the library's functions known to callers from outside
contract Numbers {
    function divUp(uint256 a, uint256 b) external pure returns (uint256) {
        return Maths.divUp(a, b);
    }

    function average(uint256 a, uint256 b) external pure returns (uint256) {
        return Maths.average(a, b);
    }

    function sqrt(uint256 x) external pure returns (uint256) {
        return Maths.sqrt(x);
    }

    function gcd(uint256 a, uint256 b) external pure returns (uint256) {
        return Maths.gcd(a, b);
    }

    function log2(uint256 x) external pure returns (uint256) {
        return Maths.log2(x);
    }

    function mulRound(uint128 a, uint128 b) external pure returns (uint256) {
        return Maths.mulRound(a, b);
    }

    function power(uint256 base, uint16 exponent) external pure returns (uint256) {
        return Maths.power(base, exponent);
    }

    function distance(int256 a, int256 b) external pure returns (uint256) {
        return Maths.distance(a, b);
    }
}
