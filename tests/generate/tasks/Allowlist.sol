// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A list of accounts and their allotments, known by its Merkle root
contract Allowlist {
    uint256 public constant DEEPEST = 32;

    address public immutable keeper;
    bytes32 public root;
    uint256 public claims;
    mapping(bytes32 root => mapping(address account => bool done)) public hasClaimed;
    mapping(address account => uint256 amount) public allotted;

    event RootChanged(bytes32 indexed root);
    event Claimed(address indexed account, uint256 amount);

    error NotKeeper(address caller);
    error ZeroRoot();
    error ProofTooLong(uint256 length);
    error WrongProof();
    error AlreadyClaimed(address account);

    constructor() {
        keeper = msg.sender;
    }

    /// @notice The leaf of an account and its amount: the hash of the hash of both in the ABI's encoding, so that no inner node can be taken for a leaf.
    /// @param account The account.
    /// @param amount Its allotment.
    /// @return The leaf.
    function leafOf(address account, uint256 amount) public pure returns (bytes32) {
        bytes32 inner = keccak256(abi.encode(account, amount));
        return keccak256(bytes.concat(inner));
    }

    /// @notice The parent of two nodes: the hash of both, the smaller one first.
    /// @param left One node.
    /// @param right The other node.
    /// @return Their parent.
    function parentOf(bytes32 left, bytes32 right) public pure returns (bytes32) {
        if (left < right) return keccak256(abi.encode(left, right));
        return keccak256(abi.encode(right, left));
    }

    /// @notice The root that a leaf and its proof lead to: each step joins the node so far with the next of the proof. A proof longer than `DEEPEST` reverts.
    /// @param leaf The leaf.
    /// @param proof Neighbours on the way up.
    /// @return node The root.
    function rootOf(bytes32 leaf, bytes32[] memory proof) public pure returns (bytes32 node) {
        if (proof.length > DEEPEST) revert ProofTooLong(proof.length);
        node = leaf;
        for (uint256 i = 0; i < proof.length; i++) {
            node = parentOf(node, proof[i]);
        }
    }

    /// @notice Makes a list of two: the caller with an amount, beside another leaf. Only the keeper may.
    /// @param amount The caller's allotment.
    /// @param other The leaf beside the caller's.
    function setPair(uint256 amount, bytes32 other) external {
        if (msg.sender != keeper) revert NotKeeper(msg.sender);
        root = parentOf(leafOf(msg.sender, amount), other);
        emit RootChanged(root);
    }

    /// @dev Makes a list of one, who may have one.
    function setSingle(address account) external {
        if (msg.sender != keeper) revert NotKeeper(msg.sender);
        root = leafOf(account, 1);
        emit RootChanged(root);
    }

    /// @notice Gives an account its allotment, once for each root, when the proof leads from its leaf to the root. A list must have been set.
    /// @param account The account, whoever calls.
    /// @param amount Its allotment.
    /// @param proof Neighbours on the way up.
    function claim(address account, uint256 amount, bytes32[] memory proof) public {
        bytes32 current = root;
        if (current == bytes32(0)) revert ZeroRoot();
        if (hasClaimed[current][account]) revert AlreadyClaimed(account);
        if (rootOf(leafOf(account, amount), proof) != current) revert WrongProof();
        hasClaimed[current][account] = true;
        allotted[account] = amount;
        claims += 1;
        emit Claimed(account, amount);
    }

    /// @dev Claims what a list of one allots.
    function claimSingle(address account) external {
        claim(account, 1, new bytes32[](0));
    }
}
