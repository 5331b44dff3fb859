// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Hill {
    address payable public leader;
    address payable[] public players;
    uint256 public bid;
    mapping(address => uint256) public owed;
    address public owner = msg.sender;

    function climb() external payable {
        require(msg.value > bid);
        leader.transfer(bid); //~ MEDIUM: `leader` can refuse the payment and keep its place
        leader = payable(msg.sender);
        bid = msg.value;
    }

    function payAll() external {
        for (uint256 i; i < players.length; i++) {
            require(players[i].send(1)); //~ MEDIUM: one refused payment to `players[i]` undoes all
        }
    }

    function climbFairly() external payable {
        require(msg.value > bid);
        owed[leader] += bid;
        leader = payable(msg.sender);
        bid = msg.value;
    }

    function withdraw() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        payable(msg.sender).transfer(amount);
    }

    function reset() external {
        require(msg.sender == owner);
        leader.transfer(bid);
        leader = payable(owner);
    }
}
