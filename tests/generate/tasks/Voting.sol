// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Members vote on proposals, with a quorum, and remember what their weight was
contract Voting {
    struct Proposal {
        bytes32 topic;
        uint64 deadline;
        uint128 inFavour;
        uint128 against;
    }

    struct Checkpoint {
        uint48 time;
        uint208 weight;
    }

    uint64 public constant PERIOD = 3 days;
    uint256 public constant QUORUM_PERCENT = 20;

    uint256 public totalWeight;
    Proposal[] public proposals;
    mapping(address member => uint128 weight) public weightOf;
    mapping(uint256 id => mapping(address member => bool done)) public hasVoted;
    mapping(address member => Checkpoint[] history) internal _history;

    event Joined(address indexed member, uint256 weight);
    event Proposed(uint256 indexed id, address indexed by, bytes32 topic);
    event Voted(uint256 indexed id, address indexed member, bool support, uint256 weight);

    error AlreadyMember(address account);
    error NotMember(address account);
    error BadWeight();
    error NoSuchProposal(uint256 id);
    error Closed(uint256 id);
    error AlreadyVoted(address member);

    /// @notice Makes the caller a member with a weight from 1 to 100, once, and notes the weight in the caller's history with the time.
    /// @param weight The weight of the caller's votes.
    function join(uint8 weight) external {
        if (weight == 0 || weight > 100) revert BadWeight();
        if (weightOf[msg.sender] != 0) revert AlreadyMember(msg.sender);
        weightOf[msg.sender] = weight;
        totalWeight += weight;
        _history[msg.sender].push(Checkpoint(uint48(block.timestamp), weight));
        emit Joined(msg.sender, weight);
    }

    /// @dev Gives up membership; the history keeps the past.
    function quit() external {
        uint128 weight = weightOf[msg.sender];
        if (weight == 0) revert NotMember(msg.sender);
        weightOf[msg.sender] = 0;
        totalWeight -= weight;
        _history[msg.sender].push(Checkpoint(uint48(block.timestamp), 0));
    }

    /// @notice Puts a topic to the vote for `PERIOD` from now. Only members may.
    /// @param topic What is voted on.
    /// @return id Number of the proposal, counted from zero.
    function propose(bytes32 topic) external returns (uint256 id) {
        if (weightOf[msg.sender] == 0) revert NotMember(msg.sender);
        id = proposals.length;
        proposals.push(Proposal(topic, uint64(block.timestamp) + PERIOD, 0, 0));
        emit Proposed(id, msg.sender, topic);
    }

    /// @notice Votes on an open proposal with the caller's weight. Each member votes once.
    /// @param id Number of the proposal.
    /// @param support True for, false against.
    function vote(uint256 id, bool support) external {
        if (id >= proposals.length) revert NoSuchProposal(id);
        uint128 weight = weightOf[msg.sender];
        if (weight == 0) revert NotMember(msg.sender);
        if (hasVoted[id][msg.sender]) revert AlreadyVoted(msg.sender);
        Proposal storage proposal = proposals[id];
        if (block.timestamp >= proposal.deadline) revert Closed(id);
        hasVoted[id][msg.sender] = true;
        if (support) proposal.inFavour += weight;
        else proposal.against += weight;
        emit Voted(id, msg.sender, support, weight);
    }

    /// @notice Whether a proposal is closed and has passed: more weight for it than against it, and both together at least `QUORUM_PERCENT` of all members' weight now.
    /// @param id Number of the proposal.
    /// @return True when it has passed.
    function passed(uint256 id) external view returns (bool) {
        if (id >= proposals.length) revert NoSuchProposal(id);
        Proposal storage proposal = proposals[id];
        if (block.timestamp < proposal.deadline) return false;
        uint256 turnout = uint256(proposal.inFavour) + proposal.against;
        return proposal.inFavour > proposal.against && turnout * 100 >= totalWeight * QUORUM_PERCENT;
    }

    /// @notice The weight that a member had at a time: that of the latest entry in the member's history that is not later, zero when there is none. Found by bisection, for entries are in the order of time.
    /// @param member The member.
    /// @param time Time in seconds.
    /// @return The weight then.
    function weightAt(address member, uint256 time) external view returns (uint256) {
        Checkpoint[] storage history = _history[member];
        uint256 low = 0;
        uint256 high = history.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (history[middle].time > time) high = middle;
            else low = middle + 1;
        }
        return low == 0 ? 0 : history[low - 1].weight;
    }
}
