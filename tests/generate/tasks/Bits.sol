// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Flags in a bit map, and numbers packed into a word
contract Bits {
    uint256 public constant WIDEST_RANGE = 256;

    mapping(address account => mapping(uint256 word => uint256 bits)) internal _words;

    error BadLane(uint256 lane);
    error BadRange(uint256 from, uint256 to);

    /// @notice Whether a flag of an account is set. Flag `index` is bit `index % 256` of word `index / 256`.
    /// @param account The account.
    /// @param index Number of the flag.
    /// @return True when it is set.
    function isSet(address account, uint256 index) external view returns (bool) {
        uint256 mask = 1 << (index % 256);
        return _words[account][index / 256] & mask != 0;
    }

    /// @notice Sets a flag of the caller, or clears it.
    /// @param index Number of the flag.
    /// @param value True to set it.
    /// @return before Whether it was set before.
    function assign(uint256 index, bool value) external returns (bool before) {
        uint256 mask = 1 << (index % 256);
        uint256 word = _words[msg.sender][index / 256];
        before = word & mask != 0;
        _words[msg.sender][index / 256] = value ? word | mask : word & ~mask;
    }

    /// @notice Turns the caller's flags over that lie in a range, its end not included. The range holds from 1 to `WIDEST_RANGE` flags.
    /// @param from First flag.
    /// @param to The flag after the last.
    function toggleRange(uint256 from, uint256 to) external {
        if (to <= from || to - from > WIDEST_RANGE) revert BadRange(from, to);
        for (uint256 index = from; index < to; index++) {
            _words[msg.sender][index / 256] ^= 1 << (index % 256);
        }
    }

    /// @notice How many bits of a word are set.
    /// @param word The word.
    /// @return count From 0 to 256.
    function popCount(uint256 word) external pure returns (uint256 count) {
        while (word != 0) {
            word &= word - 1;
            count += 1;
        }
    }

    /// @notice Reads one of the eight lanes of 32 bits in a word. Lane 0 is the lowest; a lane above 7 reverts.
    /// @param word The word.
    /// @param lane Number of the lane.
    /// @return The number in it.
    function laneOf(uint256 word, uint256 lane) external pure returns (uint32) {
        if (lane > 7) revert BadLane(lane);
        return uint32((word >> (lane * 32)) & type(uint32).max);
    }

    /// @notice Writes one of the eight lanes of 32 bits in a word and leaves the others. Lane 0 is the lowest; a lane above 7 reverts.
    /// @param word The word.
    /// @param lane Number of the lane.
    /// @param value The number to write.
    /// @return The new word.
    function withLane(uint256 word, uint256 lane, uint32 value) external pure returns (uint256) {
        if (lane > 7) revert BadLane(lane);
        uint256 mask = uint256(type(uint32).max) << (lane * 32);
        return (word & ~mask) | (uint256(value) << (lane * 32));
    }

    /// @notice The word with its 32 bytes in reverse order.
    /// @param word The word.
    /// @return reversed What was the lowest byte is the highest.
    function reverseBytes(uint256 word) external pure returns (uint256 reversed) {
        for (uint256 i = 0; i < 32; i++) {
            reversed = (reversed << 8) | (word & 0xff);
            word >>= 8;
        }
    }
}
