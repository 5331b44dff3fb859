// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Quick {
    mapping(uint256 => uint256) public forVotes;
    mapping(uint256 => uint256) public againstVotes;
    mapping(uint256 => bool) public done;

    function execute(uint256 id) external {
        require(forVotes[id] > againstVotes[id], "failed"); //~ MEDIUM: decides, however few have voted
        done[id] = true;
    }

    function vote(uint256 id, bool agrees) external {
        if (agrees) forVotes[id] += 1;
        else againstVotes[id] += 1;
    }
}

contract Careful {
    mapping(uint256 => uint256) public yesVotes;
    mapping(uint256 => uint256) public noVotes;
    uint256 public constant QUORUM = 100;

    function execute(uint256 id) external view returns (bool) {
        require(yesVotes[id] + noVotes[id] >= QUORUM, "no quorum");
        return yesVotes[id] > noVotes[id];
    }

    function isAhead(uint256 id) external view returns (bool) {
        return yesVotes[id] > noVotes[id];
    }
}
