// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Roles with administrators, and an owner who hands over in two steps
contract Roles {
    bytes32 public constant ADMIN = bytes32(0);

    address public owner;
    address public nextOwner;
    mapping(bytes32 role => mapping(address account => uint256 until)) public heldUntil;
    mapping(bytes32 role => bytes32 admin) public adminOf;

    event Granted(bytes32 indexed role, address indexed account, uint256 until);
    event Revoked(bytes32 indexed role, address indexed account);
    event AdminChanged(bytes32 indexed role, bytes32 admin);
    event OwnershipOffered(address indexed from, address indexed to);
    event OwnershipMoved(address indexed from, address indexed to);

    error NotOwner(address caller);
    error NotAdmin(address caller, bytes32 role);
    error NotHeld(bytes32 role, address account);
    error BadTerm(uint256 until);
    error ZeroAddress();

    constructor() {
        owner = msg.sender;
        heldUntil[ADMIN][msg.sender] = type(uint256).max;
        emit OwnershipMoved(address(0), msg.sender);
    }

    /// @notice Whether an account holds a role now. A role is held up to the second in `heldUntil`, itself not included.
    /// @param role The role.
    /// @param account The account.
    /// @return True when it does.
    function hasRole(bytes32 role, address account) public view returns (bool) {
        return heldUntil[role][account] > block.timestamp;
    }

    /// @notice Gives an account a role until a time in the future. The caller must hold the role that administers it. Account zero reverts.
    /// @param role The role.
    /// @param account Who is to hold it.
    /// @param until The second at which it ends.
    function grantRole(bytes32 role, address account, uint256 until) external {
        if (!hasRole(adminOf[role], msg.sender)) revert NotAdmin(msg.sender, role);
        if (account == address(0)) revert ZeroAddress();
        if (until <= block.timestamp) revert BadTerm(until);
        heldUntil[role][account] = until;
        emit Granted(role, account, until);
    }

    /// @notice Takes a role from an account that holds it now. The caller must hold the role that administers it.
    /// @param role The role.
    /// @param account Who holds it.
    function revokeRole(bytes32 role, address account) external {
        if (!hasRole(adminOf[role], msg.sender)) revert NotAdmin(msg.sender, role);
        if (!hasRole(role, account)) revert NotHeld(role, account);
        heldUntil[role][account] = 0;
        emit Revoked(role, account);
    }

    /// @notice Gives up a role that the caller holds now.
    /// @param role The role.
    function renounceRole(bytes32 role) external {
        if (!hasRole(role, msg.sender)) revert NotHeld(role, msg.sender);
        delete heldUntil[role][msg.sender];
        emit Revoked(role, msg.sender);
    }

    /// @notice Says which role administers another. Only the owner may.
    /// @param role The role that is administered.
    /// @param admin The role that administers it.
    function setAdmin(bytes32 role, bytes32 admin) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        adminOf[role] = admin;
        emit AdminChanged(role, admin);
    }

    /// @notice Offers the ownership to another account, which has to accept it. Only the owner may, and not to the zero address.
    /// @param to Who may accept.
    function offerOwnership(address to) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        nextOwner = to;
        emit OwnershipOffered(msg.sender, to);
    }

    /// @notice Makes the caller the owner, when the ownership was offered to the caller. The offer is used up.
    function acceptOwnership() external {
        if (msg.sender != nextOwner) revert NotOwner(msg.sender);
        address from = owner;
        owner = msg.sender;
        nextOwner = address(0);
        emit OwnershipMoved(from, msg.sender);
    }
}
