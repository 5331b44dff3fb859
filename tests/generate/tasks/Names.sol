// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A registry of names, with owners, records and an offer to hand a name over
contract Names {
    struct Entry {
        address owner;
        address offeredTo;
        uint64 expires;
        mapping(bytes32 field => string text) records;
    }

    uint64 public constant TERM = 365 days;
    uint256 public constant LONGEST_RECORD = 256;

    mapping(bytes32 name => Entry entry) internal _entries;

    event Registered(bytes32 indexed name, address indexed owner, uint256 expires);
    event Renewed(bytes32 indexed name, uint256 expires);
    event RecordSet(bytes32 indexed name, bytes32 indexed field, string text);
    event Offered(bytes32 indexed name, address indexed to);
    event Moved(bytes32 indexed name, address indexed from, address indexed to);

    error Taken(bytes32 name);
    error NotOwner(address caller);
    error NotOffered(address caller);
    error BadName();
    error RecordTooLong(uint256 length);

    /// @notice Who owns a name now. An entry that has expired has no owner.
    /// @param name The name.
    /// @return The owner, or the zero address.
    function ownerOf(bytes32 name) public view returns (address) {
        Entry storage entry = _entries[name];
        return block.timestamp < entry.expires ? entry.owner : address(0);
    }

    /// @notice Gives a name that nobody owns now to the caller, for `TERM` from now; an offer of the last owner is forgotten. The name must not be zero.
    /// @param name The name.
    function register(bytes32 name) external {
        if (name == bytes32(0)) revert BadName();
        if (ownerOf(name) != address(0)) revert Taken(name);
        Entry storage entry = _entries[name];
        entry.owner = msg.sender;
        entry.offeredTo = address(0);
        entry.expires = uint64(block.timestamp) + TERM;
        emit Registered(name, msg.sender, entry.expires);
    }

    /// @notice Adds `TERM` to the time that the caller's name runs.
    /// @param name A name that the caller owns now.
    /// @return expires The time until which it runs.
    function renew(bytes32 name) external returns (uint64 expires) {
        if (ownerOf(name) != msg.sender) revert NotOwner(msg.sender);
        expires = _entries[name].expires + TERM;
        _entries[name].expires = expires;
        emit Renewed(name, expires);
    }

    /// @notice Writes a text into a field of the caller's name. It has at most `LONGEST_RECORD` bytes.
    /// @param name A name that the caller owns now.
    /// @param field The field.
    /// @param text The text; an empty one clears the field.
    function setRecord(bytes32 name, bytes32 field, string calldata text) external {
        if (ownerOf(name) != msg.sender) revert NotOwner(msg.sender);
        uint256 length = bytes(text).length;
        if (length > LONGEST_RECORD) revert RecordTooLong(length);
        _entries[name].records[field] = text;
        emit RecordSet(name, field, text);
    }

    /// @notice The text in a field of a name; an empty one when nobody owns the name now.
    /// @param name The name.
    /// @param field The field.
    /// @return The text.
    function recordOf(bytes32 name, bytes32 field) external view returns (string memory) {
        if (ownerOf(name) == address(0)) return "";
        return _entries[name].records[field];
    }

    /// @notice Offers the caller's name to another account, which may then accept it. The zero address takes an offer back.
    /// @param name A name that the caller owns now.
    /// @param to Who may have it.
    function offer(bytes32 name, address to) external {
        if (ownerOf(name) != msg.sender) revert NotOwner(msg.sender);
        _entries[name].offeredTo = to;
        emit Offered(name, to);
    }

    /// @notice Takes a name over that its owner offered to the caller and that has not expired. The offer is used up; the time it runs stays.
    /// @param name The name.
    function accept(bytes32 name) external {
        address from = ownerOf(name);
        Entry storage entry = _entries[name];
        if (from == address(0) || entry.offeredTo != msg.sender) revert NotOffered(msg.sender);
        entry.owner = msg.sender;
        entry.offeredTo = address(0);
        emit Moved(name, from, msg.sender);
    }
}
