// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Grants of points that vest over time, after a cliff
contract Vesting {
    struct Grant {
        uint256 total;
        uint256 claimed;
        uint64 start;
        uint64 cliff;
        uint64 duration;
        bool revoked;
    }

    address public immutable grantor;
    uint256 public promised;
    mapping(address account => Grant grant) public grants;
    mapping(address account => uint256 points) public points;

    event Granted(address indexed account, uint256 total, uint256 cliff, uint256 duration);
    event Claimed(address indexed account, uint256 amount);
    event Revoked(address indexed account, uint256 kept, uint256 lost);

    error NotGrantor(address caller);
    error BadGrant();
    error AlreadyGranted(address account);
    error NoGrant(address account);
    error NothingVested();

    constructor() {
        grantor = msg.sender;
    }

    /// @notice Gives an account a grant that starts now. Only the grantor may, and once for each account. Account and total must not be zero, the duration must not be zero, and the cliff must not be longer than it.
    /// @param account Who is to have the points.
    /// @param total Number of points when all have vested.
    /// @param cliff Seconds before anything can be claimed.
    /// @param duration Seconds until all have vested.
    function grant(address account, uint128 total, uint32 cliff, uint32 duration) external {
        if (msg.sender != grantor) revert NotGrantor(msg.sender);
        if (account == address(0) || total == 0 || duration == 0 || cliff > duration) revert BadGrant();
        if (grants[account].duration != 0) revert AlreadyGranted(account);
        grants[account] = Grant(total, 0, uint64(block.timestamp), cliff, duration, false);
        promised += total;
        emit Granted(account, total, cliff, duration);
    }

    /// @notice Points of a grant that have vested so far, claimed ones included: none before the cliff, all after the duration or once it was revoked, and in between in proportion to the time, rounded down.
    /// @param account Who has the grant.
    /// @return Number of points.
    function vested(address account) public view returns (uint256) {
        Grant storage given = grants[account];
        if (given.revoked) return given.total;
        uint256 elapsed = block.timestamp - given.start;
        if (elapsed < given.cliff) return 0;
        if (elapsed >= given.duration) return given.total;
        return given.total * elapsed / given.duration;
    }

    /// @notice Credits the caller with all points that have vested and were not claimed yet. Reverts with `NothingVested` when there are none.
    /// @return amount Number of points claimed.
    function claim() external returns (uint256 amount) {
        Grant storage given = grants[msg.sender];
        amount = vested(msg.sender) - given.claimed;
        if (amount == 0) revert NothingVested();
        given.claimed += amount;
        promised -= amount;
        points[msg.sender] += amount;
        emit Claimed(msg.sender, amount);
    }

    /// @notice Ends a grant: what has vested stays the account's and can still be claimed, the rest is lost. Only the grantor may, and only once.
    /// @param account Who has the grant.
    /// @return lost Number of points that will not vest.
    function revoke(address account) external returns (uint256 lost) {
        if (msg.sender != grantor) revert NotGrantor(msg.sender);
        Grant storage given = grants[account];
        if (given.total == 0 || given.revoked) revert NoGrant(account);
        uint256 kept = vested(account);
        lost = given.total - kept;
        given.total = kept;
        given.revoked = true;
        promised -= lost;
        emit Revoked(account, kept, lost);
    }
}
