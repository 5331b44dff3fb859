// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title An auction by rising bids, and prices that fall with time
contract Auctions {
    uint256 public constant RUNS = 7 days;
    uint256 public constant EXTENSION = 10 minutes;

    address public immutable seller;
    uint256 public endsAt;
    address public leader;
    uint256 public highest;
    bool public settled;
    mapping(address account => uint256 amount) public refunds;

    event Bid(address indexed bidder, uint256 amount);
    event Settled(address indexed winner, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);

    error Over();
    error StillRunning(uint256 endsAt);
    error TooLow(uint256 needed);
    error SellerMayNotBid();
    error NothingToWithdraw();
    error PaymentFailed();
    error BadCurve();

    constructor() {
        seller = msg.sender;
        endsAt = block.timestamp + RUNS;
    }

    /// @notice The least amount that the next bid must have: the highest bid and five per cent of it, rounded up, but at least one wei.
    /// @return Amount in wei.
    function minimumBid() public view returns (uint256) {
        if (highest == 0) return 1;
        return highest + (highest * 5 + 99) / 100;
    }

    /// @notice Bids the Ether of this call, before the end and at least `minimumBid()`. The seller may not bid. Who led before gets the bid back as a refund to withdraw. A bid in the last ten minutes moves the end to ten minutes from now.
    function bid() external payable {
        if (block.timestamp >= endsAt) revert Over();
        if (msg.sender == seller) revert SellerMayNotBid();
        uint256 needed = minimumBid();
        if (msg.value < needed) revert TooLow(needed);
        if (leader != address(0)) refunds[leader] += highest;
        leader = msg.sender;
        highest = msg.value;
        if (endsAt < block.timestamp + EXTENSION) endsAt = block.timestamp + EXTENSION;
        emit Bid(msg.sender, msg.value);
    }

    /// @notice Ends the auction, once and after its end: the highest bid becomes the seller's to withdraw.
    function settle() external {
        if (block.timestamp < endsAt) revert StillRunning(endsAt);
        if (settled) revert Over();
        settled = true;
        refunds[seller] += highest;
        emit Settled(leader, highest);
    }

    /// @notice Pays the caller all that is due to the caller and returns how much that was.
    /// @return amount Wei that were paid; never zero.
    function withdraw() external returns (uint256 amount) {
        amount = refunds[msg.sender];
        if (amount == 0) revert NothingToWithdraw();
        refunds[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        (bool paid,) = payable(msg.sender).call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }

    /// @notice Price of a Dutch auction: it falls in a straight line from `high` to `low` over `duration` seconds and stays there. The fall so far is rounded down. Reverts when `low` is above `high` or the duration is zero.
    /// @param high Price at the beginning.
    /// @param low Price at the end.
    /// @param duration Seconds from the beginning to the end.
    /// @param elapsed Seconds since the beginning.
    /// @return The price then.
    function dutchPrice(uint128 high, uint128 low, uint64 duration, uint64 elapsed) external pure returns (uint256) {
        if (low > high || duration == 0) revert BadCurve();
        if (elapsed >= duration) return low;
        return high - uint256(high - low) * elapsed / duration;
    }

    /// @notice A price that halves with every `halfLife` seconds; within a half-life it falls in a straight line, rounded down. A half-life of zero reverts.
    /// @param start Price at the beginning.
    /// @param halfLife Seconds in which the price falls to a half.
    /// @param elapsed Seconds since the beginning.
    /// @return price The price then; zero after 128 half-lives.
    function halvingPrice(uint128 start, uint32 halfLife, uint64 elapsed) external pure returns (uint256 price) {
        if (halfLife == 0) revert BadCurve();
        uint256 halvings = elapsed / halfLife;
        if (halvings >= 128) return 0;
        price = uint256(start) >> halvings;
        price -= price * (elapsed % halfLife) / halfLife / 2;
    }
}
