// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Many kinds of goods in one contract, in the manner of ERC-1155
contract Goods {
    uint256 public constant LONGEST_BATCH = 32;

    mapping(uint256 kind => mapping(address account => uint256 amount)) public balanceOf;
    mapping(address account => mapping(address operator => bool allowed)) public isApprovedForAll;

    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 kind, uint256 amount);
    event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] kinds, uint256[] amounts);

    error LengthMismatch(uint256 left, uint256 right);
    error BatchTooLong(uint256 length);
    error NotAllowed(address caller);
    error ZeroAddress();
    error Insufficient(uint256 kind, uint256 available, uint256 needed);

    /// @dev Anyone makes as much of a kind as a pallet holds.
    function produce(uint256 kind, uint96 amount) external {
        balanceOf[kind][msg.sender] += amount;
        emit TransferSingle(msg.sender, address(0), msg.sender, kind, amount);
    }

    /// @dev Trusts an operator with all goods of the caller, or no longer.
    function setApprovalForAll(address operator, bool allowed) external {
        isApprovedForAll[msg.sender][operator] = allowed;
    }

    /// @notice Balances of several accounts, each of its own kind. Both lists are of one length, at most `LONGEST_BATCH`.
    /// @param accounts The accounts.
    /// @param kinds The kind asked of each account.
    /// @return balances What each account has, in order.
    function balanceOfBatch(address[] calldata accounts, uint256[] calldata kinds) external view returns (uint256[] memory balances) {
        if (accounts.length != kinds.length) revert LengthMismatch(accounts.length, kinds.length);
        if (accounts.length > LONGEST_BATCH) revert BatchTooLong(accounts.length);
        balances = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            balances[i] = balanceOf[kinds[i]][accounts[i]];
        }
    }

    /// @notice Moves goods of one kind. The holder may, and operators that the holder approved.
    /// @param from Holder of the goods.
    /// @param to Account that receives them; not the zero address.
    /// @param kind The kind.
    /// @param amount How much of it.
    function transfer(address from, address to, uint256 kind, uint256 amount) external {
        if (msg.sender != from && !isApprovedForAll[from][msg.sender]) revert NotAllowed(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        uint256 available = balanceOf[kind][from];
        if (available < amount) revert Insufficient(kind, available, amount);
        balanceOf[kind][from] = available - amount;
        balanceOf[kind][to] += amount;
        emit TransferSingle(msg.sender, from, to, kind, amount);
    }

    /// @notice Moves goods of several kinds from the caller at once; all of them or none. Both lists are of one length, at most `LONGEST_BATCH`.
    /// @param to Account that receives the goods; not the zero address.
    /// @param kinds The kinds.
    /// @param amounts How much of each.
    function transferBatch(address to, uint256[] calldata kinds, uint256[] calldata amounts) external {
        if (kinds.length != amounts.length) revert LengthMismatch(kinds.length, amounts.length);
        if (kinds.length > LONGEST_BATCH) revert BatchTooLong(kinds.length);
        if (to == address(0)) revert ZeroAddress();
        for (uint256 i = 0; i < kinds.length; i++) {
            uint256 available = balanceOf[kinds[i]][msg.sender];
            if (available < amounts[i]) revert Insufficient(kinds[i], available, amounts[i]);
            balanceOf[kinds[i]][msg.sender] = available - amounts[i];
            balanceOf[kinds[i]][to] += amounts[i];
        }
        emit TransferBatch(msg.sender, msg.sender, to, kinds, amounts);
    }
}
