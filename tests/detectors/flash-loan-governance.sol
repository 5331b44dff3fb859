// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IVotes {
    function balanceOf(address account) external view returns (uint256);
    function getPastVotes(address account, uint256 time) external view returns (uint256);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

contract Governor {
    IVotes token;
    mapping(uint256 => uint256) votes;
    mapping(uint256 => uint256) started;

    function vote(uint256 id) external {
        votes[id] += token.balanceOf(msg.sender); //~ MEDIUM: `vote` counts the balance of the moment
    }

    function propose(uint256 id) external {
        require(token.balanceOf(msg.sender) > 1000 ether, "too few"); //~ MEDIUM: `propose` counts the balance of the moment
        started[id] = block.number;
    }

    function castVote(uint256 id) external {
        votes[id] += token.getPastVotes(msg.sender, started[id]);
    }

    function voteLocked(uint256 id, uint256 amount) external {
        require(token.balanceOf(msg.sender) >= amount, "too few");
        require(token.transferFrom(msg.sender, address(this), amount), "failed");
        votes[id] += amount;
    }

    function votesNow() external view returns (uint256) {
        return token.balanceOf(msg.sender);
    }
}
