// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Subscriptions that are paid for in Ether, month by month
contract Subscription {
    uint256 public constant MONTH = 30 days;
    uint256 public constant MOST_MONTHS = 24;
    uint256 public constant PRICE = 1 wei;

    address public immutable keeper;
    bool public paused;
    uint256 public earnings;
    mapping(address account => uint256 time) public paidUntil;

    event Subscribed(address indexed account, uint256 months, uint256 until);
    event Cancelled(address indexed account, uint256 refund);
    event Paused(address indexed by, bool paused);
    event Withdrawn(address indexed to, uint256 amount);

    error NotKeeper(address caller);
    error IsPaused();
    error BadMonths(uint256 months);
    error TooLittle(uint256 needed);
    error NotSubscribed(address account);
    error NothingToWithdraw();
    error PaymentFailed();

    modifier whenOpen() {
        if (paused) revert IsPaused();
        _;
    }

    constructor() {
        keeper = msg.sender;
    }

    /// @notice Stops new subscriptions or lets them begin again. Only the keeper may; asking for what is so already changes nothing and emits nothing.
    /// @param stop True to stop them.
    function setPaused(bool stop) external {
        if (msg.sender != keeper) revert NotKeeper(msg.sender);
        if (paused == stop) return;
        paused = stop;
        emit Paused(msg.sender, stop);
    }

    /// @notice What some months cost: `PRICE` for each, from twelve months on a tenth less, rounded up. From 1 to `MOST_MONTHS` can be bought.
    /// @param months Number of months.
    /// @return Price in wei.
    function priceOf(uint256 months) public pure returns (uint256) {
        if (months == 0 || months > MOST_MONTHS) revert BadMonths(months);
        uint256 full = months * PRICE;
        return months < 12 ? full : (full * 9 + 9) / 10;
    }

    /// @notice Buys months for an account for at least their price, while not paused; all that is paid counts as earnings. They begin now, or when those run out that were paid before.
    /// @param account Who subscribes.
    /// @param months Number of months.
    function subscribe(address account, uint256 months) external payable whenOpen {
        uint256 price = priceOf(months);
        if (msg.value < price) revert TooLittle(price);
        uint256 start = paidUntil[account] > block.timestamp ? paidUntil[account] : block.timestamp;
        paidUntil[account] = start + months * MONTH;
        earnings += msg.value;
        emit Subscribed(account, months, paidUntil[account]);
    }

    /// @dev Gives the caller a month on trial, once.
    function tryOut() external whenOpen {
        if (paidUntil[msg.sender] == 0) paidUntil[msg.sender] = block.timestamp + MONTH;
    }

    /// @notice Whether an account's subscription runs now.
    /// @param account The account.
    /// @return True while it runs.
    function isActive(address account) public view returns (bool) {
        return paidUntil[account] > block.timestamp;
    }

    /// @notice Whole months that an account still has, rounded down; zero when its subscription has run out.
    /// @param account The account.
    /// @return Number of months.
    function monthsLeft(address account) external view returns (uint256) {
        uint256 until = paidUntil[account];
        if (until <= block.timestamp) return 0;
        return (until - block.timestamp) / MONTH;
    }

    /// @notice Ends the caller's running subscription now, without giving anything back.
    function cancel() external {
        if (!isActive(msg.sender)) revert NotSubscribed(msg.sender);
        paidUntil[msg.sender] = block.timestamp;
        emit Cancelled(msg.sender, 0);
    }

    /// @notice Pays all earnings to the keeper. Only the keeper may, and only when there are any.
    function collect() external {
        if (msg.sender != keeper) revert NotKeeper(msg.sender);
        uint256 amount = earnings;
        if (amount == 0) revert NothingToWithdraw();
        earnings = 0;
        emit Withdrawn(keeper, amount);
        (bool paid,) = keeper.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }
}
