// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Small helpers for strings and bytes
contract Texts {
    uint256 public constant LONGEST = 256;

    error NotANumber();
    error TooLong(uint256 length);
    error OutOfRange(uint256 from, uint256 to, uint256 length);

    /// @notice A number in decimal digits, without leading zeros; zero is "0".
    /// @param value The number.
    /// @return Its digits.
    function toDecimal(uint256 value) external pure returns (string memory) {
        uint256 digits = 1;
        for (uint256 rest = value / 10; rest != 0; rest /= 10) digits += 1;
        bytes memory text = new bytes(digits);
        for (uint256 i = digits; i > 0; i--) {
            text[i - 1] = bytes1(uint8(48 + value % 10));
            value /= 10;
        }
        return string(text);
    }

    /// @notice The number that a string of decimal digits names. An empty string, another character, or a number that does not fit reverts.
    /// @param text From 1 to `LONGEST` digits.
    /// @return value The number.
    function parseDecimal(string calldata text) external pure returns (uint256 value) {
        bytes calldata digits = bytes(text);
        if (digits.length == 0) revert NotANumber();
        if (digits.length > LONGEST) revert TooLong(digits.length);
        for (uint256 i = 0; i < digits.length; i++) {
            uint8 digit = uint8(digits[i]);
            if (digit < 48 || digit > 57) revert NotANumber();
            value = value * 10 + (digit - 48);
        }
    }

    /// @notice An address in hexadecimal digits, in lower case, after "0x".
    /// @param account The address.
    /// @return The 42 characters.
    function toHex(address account) external pure returns (string memory) {
        bytes16 digits = "0123456789abcdef";
        bytes memory text = new bytes(42);
        text[0] = "0";
        text[1] = "x";
        uint160 rest = uint160(account);
        for (uint256 i = 41; i > 1; i--) {
            text[i] = digits[rest & 0xf];
            rest >>= 4;
        }
        return string(text);
    }

    /// @notice Part of some bytes, its end not included. Reverts with `OutOfRange` when the part does not lie in them.
    /// @param data The bytes.
    /// @param from Where it begins.
    /// @param to Where it ends.
    /// @return The part.
    function slice(bytes calldata data, uint256 from, uint256 to) external pure returns (bytes memory) {
        if (from > to || to > data.length) revert OutOfRange(from, to, data.length);
        return data[from:to];
    }

    /// @notice The string with its letters A to Z in lower case; all other bytes stay. At most `LONGEST` bytes.
    /// @param text The string.
    /// @return The changed copy.
    function toLower(string calldata text) external pure returns (string memory) {
        bytes memory copy = bytes(text);
        if (copy.length > LONGEST) revert TooLong(copy.length);
        for (uint256 i = 0; i < copy.length; i++) {
            uint8 sign = uint8(copy[i]);
            if (sign >= 65 && sign <= 90) copy[i] = bytes1(sign + 32);
        }
        return string(copy);
    }

    /// @notice Whether some bytes begin with others. All begin with none.
    /// @param data The bytes.
    /// @param prefix What they may begin with.
    /// @return True when they do.
    function startsWith(bytes calldata data, bytes calldata prefix) external pure returns (bool) {
        if (prefix.length > data.length) return false;
        return keccak256(data[:prefix.length]) == keccak256(prefix);
    }

    /// @notice Where a byte first stands in some bytes, of which there are at most `LONGEST`.
    /// @param data The bytes.
    /// @param sign The byte.
    /// @return Its index, or the greatest number when it is not there.
    function indexOf(bytes calldata data, bytes1 sign) external pure returns (uint256) {
        if (data.length > LONGEST) revert TooLong(data.length);
        for (uint256 i = 0; i < data.length; i++) {
            if (data[i] == sign) return i;
        }
        return type(uint256).max;
    }
}
