// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Splits what comes in among payees by their shares; each takes out their own
contract Splitter {
    uint256 public constant MOST_PAYEES = 50;

    address public immutable keeper;
    uint256 public totalShares;
    uint256 public totalReceived;
    uint256 public totalReleased;
    address[] public payees;
    mapping(address payee => uint256 shares) public shares;
    mapping(address payee => uint256 amount) public released;

    event PayeeAdded(address indexed payee, uint256 shares);
    event Received(address indexed from, uint256 amount);
    event Released(address indexed payee, uint256 amount);

    error NotKeeper(address caller);
    error BadPayee(address payee);
    error BadShares();
    error TooManyPayees();
    error AlreadyFunded();
    error NothingDue(address payee);
    error PaymentFailed();

    constructor() {
        keeper = msg.sender;
    }

    /// @notice Adds a payee with a number of shares above zero, before anything was paid in, and no more than `MOST_PAYEES` in all. Only the keeper may. The payee must not be zero and not have shares already.
    /// @param payee The account.
    /// @param count Its shares.
    function addPayee(address payee, uint32 count) external {
        if (msg.sender != keeper) revert NotKeeper(msg.sender);
        if (totalReceived != 0) revert AlreadyFunded();
        if (payee == address(0) || shares[payee] != 0) revert BadPayee(payee);
        if (count == 0) revert BadShares();
        if (payees.length >= MOST_PAYEES) revert TooManyPayees();
        payees.push(payee);
        shares[payee] = count;
        totalShares += count;
        emit PayeeAdded(payee, count);
    }

    /// @notice Takes the Ether of this call in, to be split. There must be a payee.
    function pay() external payable {
        if (totalShares == 0) revert BadShares();
        totalReceived += msg.value;
        emit Received(msg.sender, msg.value);
    }

    /// @notice What a payee can take out now: the payee's part of all that ever came in, rounded down, less what was released to the payee before. Zero for who has no shares.
    /// @param payee The account.
    /// @return Amount in wei.
    function due(address payee) public view returns (uint256) {
        if (shares[payee] == 0) return 0;
        return totalReceived * shares[payee] / totalShares - released[payee];
    }

    /// @notice Pays the caller what is due to the caller; reverts when that is nothing or the payment is refused.
    function release() external {
        uint256 amount = due(msg.sender);
        if (amount == 0) revert NothingDue(msg.sender);
        released[msg.sender] += amount;
        totalReleased += amount;
        emit Released(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }

    /// @notice Splits an amount by weights: each part is rounded down, and what is left over goes to the first. No weights, or weights that sum up to zero, revert, and so do more than `MOST_PAYEES`.
    /// @param amount What is split.
    /// @param weights Weight of each part.
    /// @return parts The parts, in the order of the weights, which sum up to the amount.
    function split(uint128 amount, uint32[] calldata weights) external pure returns (uint256[] memory parts) {
        if (weights.length > MOST_PAYEES) revert TooManyPayees();
        uint256 sum = 0;
        for (uint256 i = 0; i < weights.length; i++) sum += weights[i];
        if (sum == 0) revert BadShares();
        parts = new uint256[](weights.length);
        uint256 left = amount;
        for (uint256 i = 0; i < weights.length; i++) {
            parts[i] = uint256(amount) * weights[i] / sum;
            left -= parts[i];
        }
        parts[0] += left;
    }
}
