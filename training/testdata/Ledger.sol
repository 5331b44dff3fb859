// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Accounts that a keeper may freeze, for the tests of the training stages
contract Ledger {
    address public immutable keeper;
    uint256 public total;
    mapping(address => uint256) public balanceOf;
    mapping(address => bool) public frozen;

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event Frozen(address indexed account, bool state);

    error NotKeeper(address caller);
    error AccountFrozen(address account);
    error InsufficientBalance(uint256 wanted, uint256 held);

    constructor() {
        keeper = msg.sender;
    }

    /// @notice Freezes or releases an account
    /// @param account The account
    /// @param state True to freeze it
    function setFrozen(address account, bool state) external {
        if (msg.sender != keeper) revert NotKeeper(msg.sender);
        frozen[account] = state;
        emit Frozen(account, state);
    }

    /// @notice Adds the sent ether to the caller's balance
    function deposit() external payable {
        if (frozen[msg.sender]) revert AccountFrozen(msg.sender);
        balanceOf[msg.sender] += msg.value;
        total += msg.value;
        emit Deposited(msg.sender, msg.value);
    }

    /// @notice Sends part of the caller's balance back
    /// @param amount The amount in wei
    function withdraw(uint256 amount) external {
        if (frozen[msg.sender]) revert AccountFrozen(msg.sender);
        uint256 held = balanceOf[msg.sender];
        if (held < amount) revert InsufficientBalance(amount, held);
        balanceOf[msg.sender] = held - amount;
        total -= amount;
        (bool sent, ) = msg.sender.call{value: amount}("");
        require(sent, "transfer failed");
        emit Withdrawn(msg.sender, amount);
    }

    /// @notice The share of an account in the total, in basis points
    /// @param account The account
    /// @return share Between 0 and 10000
    function shareOf(address account) external view returns (uint256 share) {
        if (total == 0) return 0;
        share = balanceOf[account] * 10_000 / total;
    }

    /// @notice The sum of several balances
    /// @param accounts Whose balances to add
    /// @return sum Their sum
    function sumOf(address[] calldata accounts) external view returns (uint256 sum) {
        for (uint256 i = 0; i < accounts.length; ++i) {
            sum += balanceOf[accounts[i]];
        }
    }
}
