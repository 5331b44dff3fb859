// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Round {
    address[] players;
    address[] few;
    uint256[] prizes;
    address owner = msg.sender;
    mapping(uint256 => address[]) rounds;
    uint256 round;

    function join() external {
        players.push(msg.sender);
        rounds[round].push(msg.sender);
    }

    function joinFew() external {
        require(few.length < 10, "full");
        few.push(msg.sender);
    }

    function addPrize(uint256 prize) external {
        require(msg.sender == owner, "not the owner");
        prizes.push(prize);
    }

    function endRound() external {
        delete players; //~ LOW: `players` is cleared at once, however long anyone made it
    }

    function restart() external {
        players = new address[](0); //~ LOW: `players` is cleared at once
    }

    function endFew() external {
        delete few;
    }

    function endPrizes() external {
        delete prizes;
    }

    function endInOrder() external {
        round += 1;
    }
}
