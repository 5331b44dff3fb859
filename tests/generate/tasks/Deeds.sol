// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Deeds of land, each a token of its own, in the manner of ERC-721
contract Deeds {
    uint256 public nextId = 1;
    mapping(uint256 id => address owner) internal _owners;
    mapping(address owner => uint256 count) internal _counts;
    mapping(uint256 id => address approved) internal _approvals;
    mapping(address owner => mapping(address operator => bool allowed)) public isApprovedForAll;

    event Transfer(address indexed from, address indexed to, uint256 indexed id);
    event Approval(address indexed owner, address indexed approved, uint256 indexed id);

    error NoSuchDeed(uint256 id);
    error NotAllowed(address caller, uint256 id);
    error WrongOwner(address claimed, address actual);
    error ZeroAddress();

    /// @notice Writes a new deed for the caller. Ids count up from one.
    /// @return id The id of the new deed.
    function register() external returns (uint256 id) {
        id = nextId;
        nextId = id + 1;
        _owners[id] = msg.sender;
        _counts[msg.sender] += 1;
        emit Transfer(address(0), msg.sender, id);
    }

    /// @notice Who owns a deed. Reverts with `NoSuchDeed` when nobody does.
    /// @param id The deed.
    /// @return owner Its owner.
    function ownerOf(uint256 id) public view returns (address owner) {
        owner = _owners[id];
        if (owner == address(0)) revert NoSuchDeed(id);
    }

    /// @notice How many deeds an account owns. Asking for the zero address reverts.
    /// @param owner The account.
    /// @return Number of its deeds.
    function balanceOf(address owner) external view returns (uint256) {
        if (owner == address(0)) revert ZeroAddress();
        return _counts[owner];
    }

    /// @notice Lets another account move one deed. Only its owner, or an operator of its owner, may say so.
    /// @param to Account that may move the deed; the zero address takes the right back.
    /// @param id The deed.
    function approve(address to, uint256 id) external {
        address owner = ownerOf(id);
        if (msg.sender != owner && !isApprovedForAll[owner][msg.sender]) revert NotAllowed(msg.sender, id);
        _approvals[id] = to;
        emit Approval(owner, to, id);
    }

    /// @dev Lets an operator move all deeds of the caller, or no longer.
    function setApprovalForAll(address operator, bool allowed) external {
        isApprovedForAll[msg.sender][operator] = allowed;
    }

    /// @notice Whether an account may move a deed: its owner, an operator of its owner, or who was approved for this deed.
    /// @param account The account.
    /// @param id The deed; it must exist.
    /// @return True when it may.
    function mayMove(address account, uint256 id) public view returns (bool) {
        address owner = ownerOf(id);
        return account == owner || isApprovedForAll[owner][account] || _approvals[id] == account;
    }

    /// @notice Moves a deed to another account and forgets who was approved for it.
    /// @param from Its owner; anything else reverts with `WrongOwner`.
    /// @param to Its next owner; not the zero address.
    /// @param id The deed, which the caller must be allowed to move.
    function transferFrom(address from, address to, uint256 id) external {
        if (!mayMove(msg.sender, id)) revert NotAllowed(msg.sender, id);
        address owner = _owners[id];
        if (owner != from) revert WrongOwner(from, owner);
        if (to == address(0)) revert ZeroAddress();
        delete _approvals[id];
        _counts[from] -= 1;
        _counts[to] += 1;
        _owners[id] = to;
        emit Transfer(from, to, id);
    }

    /// @notice Destroys a deed of the caller, with the approval that was given for it.
    /// @param id The deed; only its owner may destroy it.
    function burn(uint256 id) external {
        if (ownerOf(id) != msg.sender) revert NotAllowed(msg.sender, id);
        delete _owners[id];
        delete _approvals[id];
        _counts[msg.sender] -= 1;
        emit Transfer(msg.sender, address(0), id);
    }
}
