// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A set, a sorted list and a queue of numbers for each account
contract Collections {
    uint256 public constant ROOM = 64;

    struct Set {
        uint256[] values;
        mapping(uint256 value => uint256 place) places;
    }

    struct Queue {
        uint128 head;
        uint128 tail;
        mapping(uint256 index => uint256 value) slots;
    }

    mapping(address account => Set set) internal _sets;
    mapping(address account => uint256[] values) internal _sorted;
    mapping(address account => Queue queue) internal _queues;

    event Added(address indexed account, uint256 value);
    event Removed(address indexed account, uint256 value);

    error Full();
    error Empty();
    error OutOfRange(uint256 index, uint256 length);

    /// @notice Puts a value into the caller's set, which has room for `ROOM`. `places` counts from one, so that zero says that a value is not there.
    /// @param value The value.
    /// @return added False when it was there already.
    function add(uint256 value) external returns (bool added) {
        Set storage set = _sets[msg.sender];
        if (set.places[value] != 0) return false;
        if (set.values.length >= ROOM) revert Full();
        set.values.push(value);
        set.places[value] = set.values.length;
        emit Added(msg.sender, value);
        return true;
    }

    /// @notice Takes a value out of the caller's set: the last value moves to its place, and the list becomes shorter by one.
    /// @param value The value.
    /// @return removed False when it was not there.
    function remove(uint256 value) external returns (bool removed) {
        Set storage set = _sets[msg.sender];
        uint256 place = set.places[value];
        if (place == 0) return false;
        uint256 last = set.values[set.values.length - 1];
        set.values[place - 1] = last;
        set.places[last] = place;
        set.values.pop();
        delete set.places[value];
        emit Removed(msg.sender, value);
        return true;
    }

    /// @notice A page of an account's set, in the order of the list: from an index, at most so many values. An index past the end gives an empty page.
    /// @param account The account.
    /// @param from The first index.
    /// @param count How many values at most.
    /// @return page The values.
    function pageOf(address account, uint256 from, uint256 count) external view returns (uint256[] memory page) {
        uint256[] storage values = _sets[account].values;
        if (from >= values.length) return page;
        uint256 left = values.length - from;
        page = new uint256[](count < left ? count : left);
        for (uint256 i = 0; i < page.length; i++) page[i] = values[from + i];
    }

    /// @notice Puts a value into the caller's sorted list, before the first that is greater. The list has room for `ROOM`; equal values may stand in it.
    /// @param value The value.
    function insertSorted(uint256 value) external {
        uint256[] storage list = _sorted[msg.sender];
        if (list.length >= ROOM) revert Full();
        list.push(value);
        uint256 i = list.length - 1;
        while (i > 0 && list[i - 1] > value) {
            list[i] = list[i - 1];
            i -= 1;
        }
        list[i] = value;
    }

    /// @notice Takes the value at an index out of the caller's sorted list; those after it move up by one, so that the order stays.
    /// @param index The index.
    /// @return value What stood there.
    function removeSorted(uint256 index) external returns (uint256 value) {
        uint256[] storage list = _sorted[msg.sender];
        uint256 length = list.length;
        if (index >= length) revert OutOfRange(index, length);
        value = list[index];
        for (uint256 i = index; i + 1 < length; i++) list[i] = list[i + 1];
        list.pop();
    }

    /// @notice The middle value of an account's sorted list; of an even number of values the mean of the two in the middle, rounded down, without overflow. An empty list reverts.
    /// @param account The account.
    /// @return The median.
    function medianOf(address account) external view returns (uint256) {
        uint256[] storage list = _sorted[account];
        uint256 length = list.length;
        if (length == 0) revert Empty();
        uint256 upper = list[length / 2];
        if (length % 2 == 1) return upper;
        uint256 lower = list[length / 2 - 1];
        return lower + (upper - lower) / 2;
    }

    /// @notice Puts a value at the end of the caller's queue.
    /// @param value The value.
    /// @return waiting How many values wait, this one included.
    function enqueue(uint256 value) external returns (uint256 waiting) {
        Queue storage queue = _queues[msg.sender];
        queue.slots[queue.tail] = value;
        queue.tail += 1;
        return queue.tail - queue.head;
    }

    /// @notice Takes the oldest value out of the caller's queue and clears its slot. An empty queue reverts.
    /// @return value The value.
    function dequeue() external returns (uint256 value) {
        Queue storage queue = _queues[msg.sender];
        if (queue.head == queue.tail) revert Empty();
        value = queue.slots[queue.head];
        delete queue.slots[queue.head];
        queue.head += 1;
    }
}
