// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Prices that reporters send in, read only while they are fresh
contract PriceFeed {
    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    uint256 public constant STALE_AFTER = 1 hours;
    uint256 public constant MOST_DEVIATION = 2000;

    address public immutable reporter;
    Round[] public rounds;

    event Reported(uint256 indexed round, int256 answer);

    error NotReporter(address caller);
    error BadAnswer(int256 answer);
    error NoAnswer();
    error Stale(uint256 updatedAt);
    error TooFar(uint256 deviation);
    error BadWindow();

    constructor() {
        reporter = msg.sender;
        rounds.push(Round(2000e8, uint64(block.timestamp)));
    }

    /// @notice How far an answer is from another, in basis points of the other, rounded up. Both must be above zero.
    /// @param last The answer it is held against.
    /// @param next The answer.
    /// @return Basis points.
    function deviation(int192 last, int192 next) public pure returns (uint256) {
        if (last <= 0) revert BadAnswer(last);
        if (next <= 0) revert BadAnswer(next);
        uint256 base = uint256(int256(last));
        uint256 other = uint256(int256(next));
        uint256 difference = base > other ? base - other : other - base;
        return (difference * 10_000 + base - 1) / base;
    }

    /// @notice Adds a round with a new answer at this time. Only the reporter may. It must be above zero and at most `MOST_DEVIATION` away from the last.
    /// @param answer The price, with 8 decimals.
    function report(int192 answer) public {
        if (msg.sender != reporter) revert NotReporter(msg.sender);
        uint256 far = deviation(rounds[rounds.length - 1].answer, answer);
        if (far > MOST_DEVIATION) revert TooFar(far);
        rounds.push(Round(answer, uint64(block.timestamp)));
        emit Reported(rounds.length - 1, answer);
    }

    /// @dev Reports the last answer, moved by as many basis points; easier to get right than an answer.
    function reportMove(int8 basisPoints) external {
        int192 last = rounds[rounds.length - 1].answer;
        report(last + last * int192(basisPoints) / 10_000);
    }

    /// @notice The last answer, as a number without sign. One older than `STALE_AFTER` reverts with `Stale`.
    /// @return The price, with 8 decimals.
    function latest() public view returns (uint256) {
        Round storage round = rounds[rounds.length - 1];
        if (block.timestamp > round.updatedAt + STALE_AFTER) revert Stale(round.updatedAt);
        if (round.answer <= 0) revert BadAnswer(round.answer);
        return uint256(int256(round.answer));
    }

    /// @notice What an amount with 18 decimals is worth at the fresh price, with 18 decimals, rounded down or up.
    /// @param amount The amount.
    /// @param roundUp Whether to round up.
    /// @return value What it is worth.
    function valueOf(uint128 amount, bool roundUp) external view returns (uint256 value) {
        uint256 product = uint256(amount) * latest();
        value = product / 1e8;
        if (roundUp && product % 1e8 != 0) value += 1;
    }

    /// @notice The mean of the last answers, rounded towards zero. From 1 to 24 rounds can be asked for, and so many must be there.
    /// @param count How many rounds.
    /// @return Their mean.
    function meanOf(uint256 count) external view returns (int256) {
        uint256 length = rounds.length;
        if (count == 0 || count > 24 || count > length) revert BadWindow();
        int256 sum = 0;
        for (uint256 i = length - count; i < length; i++) sum += rounds[i].answer;
        return sum / int256(count);
    }
}
