// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Several keepers confirm a change of a setting, which then waits before it takes effect
contract Timelock {
    struct Change {
        bytes32 key;
        uint256 value;
        uint64 eta;
        uint16 confirmations;
        bool done;
    }

    uint64 public constant DELAY = 2 days;
    uint64 public constant GRACE = 14 days;
    uint16 public constant NEEDED = 2;

    uint256 public keeperCount;
    Change[] public changes;
    mapping(address account => bool keeper) public isKeeper;
    mapping(uint256 id => mapping(address keeper => bool confirmed)) public hasConfirmed;
    mapping(bytes32 key => uint256 value) public settings;

    event KeeperAdded(address indexed keeper);
    event Proposed(uint256 indexed id, address indexed keeper, bytes32 key, uint256 value);
    event Confirmed(uint256 indexed id, address indexed keeper, uint256 confirmations);
    event Executed(uint256 indexed id, bytes32 key, uint256 value);

    error NotKeeper(address caller);
    error AlreadyKeeper(address account);
    error NoSuchChange(uint256 id);
    error AlreadyConfirmed(uint256 id, address keeper);
    error NotConfirmed(uint256 id, address keeper);
    error NotReady(uint256 id);
    error AlreadyDone(uint256 id);
    error ZeroAddress();

    modifier onlyKeeper() {
        if (!isKeeper[msg.sender]) revert NotKeeper(msg.sender);
        _;
    }

    constructor() {
        isKeeper[msg.sender] = true;
        keeperCount = 1;
        emit KeeperAdded(msg.sender);
    }

    /// @notice Makes another account a keeper. Only keepers may; the account must not be zero and not a keeper yet.
    /// @param account The new keeper.
    function addKeeper(address account) external onlyKeeper {
        if (account == address(0)) revert ZeroAddress();
        if (isKeeper[account]) revert AlreadyKeeper(account);
        isKeeper[account] = true;
        keeperCount += 1;
        emit KeeperAdded(account);
    }

    /// @notice Proposes to set a key to a value and confirms it for the caller, as the first of `NEEDED` confirmations. The wait has not begun: `eta` is zero.
    /// @param key The setting.
    /// @param value Its new value.
    /// @return id Number of the change, counted from zero.
    function propose(bytes32 key, uint256 value) external onlyKeeper returns (uint256 id) {
        id = changes.length;
        changes.push(Change(key, value, 0, 1, false));
        hasConfirmed[id][msg.sender] = true;
        emit Proposed(id, msg.sender, key, value);
    }

    /// @notice Confirms a change that was not carried out yet, once for each keeper. When its confirmations reach `NEEDED`, the wait of `DELAY` begins.
    /// @param id Number of the change.
    function confirm(uint256 id) external onlyKeeper {
        if (id >= changes.length) revert NoSuchChange(id);
        Change storage change = changes[id];
        if (change.done) revert AlreadyDone(id);
        if (hasConfirmed[id][msg.sender]) revert AlreadyConfirmed(id, msg.sender);
        hasConfirmed[id][msg.sender] = true;
        change.confirmations += 1;
        if (change.confirmations == NEEDED) change.eta = uint64(block.timestamp) + DELAY;
        emit Confirmed(id, msg.sender, change.confirmations);
    }

    /// @notice Takes the caller's confirmation of a change back while it was not carried out. When fewer than `NEEDED` are left, the wait ends and `eta` is zero again.
    /// @param id Number of the change.
    function unconfirm(uint256 id) external onlyKeeper {
        if (id >= changes.length) revert NoSuchChange(id);
        Change storage change = changes[id];
        if (change.done) revert AlreadyDone(id);
        if (!hasConfirmed[id][msg.sender]) revert NotConfirmed(id, msg.sender);
        hasConfirmed[id][msg.sender] = false;
        change.confirmations -= 1;
        if (change.confirmations < NEEDED) change.eta = 0;
    }

    /// @notice Whether a change can be carried out now: it waits, its wait is over, it was not done, and no more than `GRACE` has passed since it was ready.
    /// @param id Number of the change.
    /// @return True when it can.
    function isReady(uint256 id) public view returns (bool) {
        if (id >= changes.length) return false;
        Change storage change = changes[id];
        if (change.done || change.eta == 0) return false;
        return block.timestamp >= change.eta && block.timestamp <= change.eta + GRACE;
    }

    /// @notice Carries out a change that is ready, once: its key gets its value. Only keepers may.
    /// @param id Number of the change.
    function execute(uint256 id) external onlyKeeper {
        if (!isReady(id)) revert NotReady(id);
        Change storage change = changes[id];
        change.done = true;
        settings[change.key] = change.value;
        emit Executed(id, change.key, change.value);
    }
}
