// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A lottery whose players commit to a secret first and reveal it later
contract Lottery {
    uint256 public constant COMMIT_TIME = 7 days;
    uint256 public constant REVEAL_TIME = 7 days;
    uint256 public constant MOST_PLAYERS = 100;

    uint256 public immutable commitEnd;
    uint256 public immutable revealEnd;
    uint256 public commitCount;
    uint256 public mixed;
    address public winner;
    address[] public revealed;
    mapping(address player => bytes32 commitment) public commitments;

    event Committed(address indexed player, bytes32 commitment);
    event Revealed(address indexed player, uint256 secret);
    event Drawn(address indexed winner, uint256 mixed);

    error WrongPhase();
    error ZeroCommitment();
    error AlreadyCommitted(address player);
    error TooManyPlayers();
    error WrongSecret();
    error NobodyRevealed();
    error AlreadyDrawn();

    constructor() {
        commitEnd = block.timestamp + COMMIT_TIME;
        revealEnd = block.timestamp + COMMIT_TIME + REVEAL_TIME;
    }

    /// @notice The commitment to a secret: the hash of player, secret and salt in the ABI's encoding.
    /// @param player Who commits.
    /// @param secret The number that is mixed in.
    /// @param salt Hides a secret that could be guessed.
    /// @return The commitment.
    function commitmentOf(address player, uint256 secret, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(player, secret, salt));
    }

    /// @notice Which phase the lottery is in.
    /// @return 0 while players commit, 1 while they reveal, 2 when all is over.
    function phase() public view returns (uint8) {
        if (block.timestamp < commitEnd) return 0;
        if (block.timestamp < revealEnd) return 1;
        return 2;
    }

    /// @notice Commits the caller to a secret while players commit. Each player commits once, to something other than zero, and there are at most `MOST_PLAYERS`.
    /// @param commitment What `commitmentOf` gives for the caller.
    function commit(bytes32 commitment) public {
        if (phase() != 0) revert WrongPhase();
        if (commitment == bytes32(0)) revert ZeroCommitment();
        if (commitments[msg.sender] != bytes32(0)) revert AlreadyCommitted(msg.sender);
        if (commitCount >= MOST_PLAYERS) revert TooManyPlayers();
        commitCount += 1;
        commitments[msg.sender] = commitment;
        emit Committed(msg.sender, commitment);
    }

    /// @dev Commits to a small secret without salt, for who trusts the others.
    function commitOpenly(uint8 secret) external {
        commit(commitmentOf(msg.sender, secret, bytes32(0)));
    }

    /// @notice Reveals the caller's secret while players reveal. It must be what the caller committed to. The commitment is used up, the caller takes part in the draw, and the secret is mixed in by exclusive or.
    /// @param secret The number.
    /// @param salt What hid it.
    function reveal(uint256 secret, bytes32 salt) public {
        if (phase() != 1) revert WrongPhase();
        if (commitments[msg.sender] != commitmentOf(msg.sender, secret, salt)) revert WrongSecret();
        delete commitments[msg.sender];
        revealed.push(msg.sender);
        mixed ^= secret;
        emit Revealed(msg.sender, secret);
    }

    /// @dev Reveals what was committed to openly.
    function revealOpenly(uint8 secret) external {
        reveal(secret, bytes32(0));
    }

    /// @notice Draws the winner, once, when all is over: the player in `revealed` at the mixed number modulo their count. Reverts when nobody revealed.
    /// @return The winner.
    function draw() external returns (address) {
        if (phase() != 2) revert WrongPhase();
        if (winner != address(0)) revert AlreadyDrawn();
        if (revealed.length == 0) revert NobodyRevealed();
        winner = revealed[mixed % revealed.length];
        emit Drawn(winner, mixed);
        return winner;
    }
}
