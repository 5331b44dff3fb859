// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// @title A vault that keeps ether and one token for its depositors
/// @notice Five functions are stubs for Solwright to write; three others carry a planted vulnerability.
contract Vault {
    IERC20 public immutable token;
    address public owner;
    address public pendingOwner;
    bool public paused;
    uint256 public totalDeposits;
    mapping(address => uint256) public balances;
    mapping(address => uint256) public tokenBalances;

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event Paused(address account);

    error InsufficientBalance(uint256 available, uint256 required);
    error ZeroAmount();

    modifier onlyOwner() {
        require(msg.sender == owner, "Vault: caller is not the owner");
        _;
    }

    modifier whenNotPaused() {
        require(!paused, "Vault: paused");
        _;
    }

    constructor(IERC20 token_) {
        token = token_;
        owner = msg.sender;
    }

    /// @notice Deposits the ether sent with the call to the caller's balance
    function deposit() external payable whenNotPaused {}

    /// @notice Withdraws ether from the caller's balance
    /// @dev The balance is lowered before the ether leaves
    /// @param amount The amount to withdraw, in wei
    function withdraw(uint256 amount) external {
        // TODO
    }

    /// @notice Returns the ether balance of an account
    /// @param account The account to query
    /// @return The balance of the account, in wei
    function balanceOf(address account) external view returns (uint256) {}

    /// @notice Stops deposits
    /// @dev Can only be called by the owner
    function pause() external onlyOwner {}

    /// @notice Transfers ownership of the contract to a new account
    /// @dev Can only be called by the current owner
    /// @param newOwner The address of the new owner
    function transferOwnership(address newOwner) public onlyOwner {}

    /// @notice Deposits tokens to the caller's token balance
    /// @param amount The amount of tokens
    function depositTokens(uint256 amount) external whenNotPaused {
        // Planted: the token's answer is thrown away
        token.transferFrom(msg.sender, address(this), amount);
        tokenBalances[msg.sender] += amount;
    }

    /// @notice Withdraws the caller's whole balance
    function withdrawAll() external {
        uint256 amount = balances[msg.sender];
        // Planted: the ether leaves before the balance is lowered
        (bool ok,) = msg.sender.call{value: amount}("");
        require(ok, "Vault: transfer failed");
        balances[msg.sender] = 0;
        totalDeposits -= amount;
        emit Withdrawn(msg.sender, amount);
    }

    /// @notice Sends the vault's ether to an account in an emergency
    /// @param to The account that receives it
    function rescue(address payable to) external {
        // Planted: the transaction's origin is no proof of who calls
        require(tx.origin == owner, "Vault: caller is not the owner");
        to.transfer(address(this).balance);
    }
}
