// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Stakes that earn a share of a steady stream of rewards
/// @dev Rewards per staked unit are summed up as a fixed-point number with 18 decimals.
contract Staking {
    uint256 public constant RATE = 100;
    uint256 public constant SCALE = 1e18;
    uint256 public constant LOCK = 1 days;

    uint256 public totalStaked;
    uint256 public storedPerUnit;
    uint256 public updatedAt;
    mapping(address account => uint256 amount) public staked;
    mapping(address account => uint256 time) public stakedAt;
    mapping(address account => uint256 perUnit) public paidPerUnit;
    mapping(address account => uint256 amount) public rewards;

    event Staked(address indexed account, uint256 amount);
    event Unstaked(address indexed account, uint256 amount);
    event Collected(address indexed account, uint256 amount);

    error ZeroAmount();
    error Locked(uint256 until);
    error InsufficientStake(uint256 available, uint256 needed);

    constructor() {
        updatedAt = block.timestamp;
    }

    /// @notice Rewards that one staked unit would have earned since the beginning, times `SCALE`. Each second brings `RATE` for all stakes together; while nothing is staked the sum stands still.
    /// @return The sum up to now.
    function rewardPerUnit() public view returns (uint256) {
        if (totalStaked == 0) return storedPerUnit;
        uint256 elapsed = block.timestamp - updatedAt;
        return storedPerUnit + elapsed * RATE * SCALE / totalStaked;
    }

    /// @notice Rewards that an account has earned and not collected yet: what is noted in `rewards`, and what its stake earned since `paidPerUnit` was noted, rounded down.
    /// @param account The account.
    /// @return Amount of rewards.
    function earned(address account) public view returns (uint256) {
        uint256 gained = rewardPerUnit() - paidPerUnit[account];
        return rewards[account] + staked[account] * gained / SCALE;
    }

    /// @notice Brings the books up to now: the sum per unit and its time, and for the account what it has earned and the sum that this was computed with.
    /// @param account The account to settle.
    function settle(address account) public {
        uint256 due = earned(account);
        storedPerUnit = rewardPerUnit();
        updatedAt = block.timestamp;
        rewards[account] = due;
        paidPerUnit[account] = storedPerUnit;
    }

    /// @notice Adds to the caller's stake after settling it, and locks the whole stake for `LOCK` from now.
    /// @param amount How much to add; above zero.
    function stake(uint96 amount) external {
        if (amount == 0) revert ZeroAmount();
        settle(msg.sender);
        staked[msg.sender] += amount;
        totalStaked += amount;
        stakedAt[msg.sender] = block.timestamp;
        emit Staked(msg.sender, amount);
    }

    /// @notice Takes from the caller's stake after settling it. The stake must be there, and its lock must have run out.
    /// @param amount How much to take; above zero.
    function unstake(uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        uint256 available = staked[msg.sender];
        if (available < amount) revert InsufficientStake(available, amount);
        uint256 until = stakedAt[msg.sender] + LOCK;
        if (block.timestamp < until) revert Locked(until);
        settle(msg.sender);
        staked[msg.sender] = available - amount;
        totalStaked -= amount;
        emit Unstaked(msg.sender, amount);
    }

    /// @notice Settles the caller and empties the noted rewards; reverts when there are none.
    /// @return amount Rewards that were collected.
    function collect() external returns (uint256 amount) {
        settle(msg.sender);
        amount = rewards[msg.sender];
        if (amount == 0) revert ZeroAmount();
        rewards[msg.sender] = 0;
        emit Collected(msg.sender, amount);
    }
}
