// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Receiver {
    function ping() external;
    function ready() external view returns (bool);
}

contract Payer {
    uint256 constant MAX = 20;
    address payable[] public users;
    mapping(address => uint256) public owed;

    function add() external {
        users.push(payable(msg.sender));
    }

    function payAll() external {
        for (uint256 i = 0; i < users.length; i++) {
            users[i].transfer(1 ether); //~ LOW: the payment to `users[i]` is one of many in a loop
        }
    }

    function pingAll(Receiver[] calldata all) external {
        for (uint256 i = 0; i < all.length; i++) {
            all[i].ping(); //~ INFO: the call to `all[i]` is one of many in a loop
        }
    }

    // Everyone takes what is theirs.
    function take() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        payable(msg.sender).transfer(amount);
    }

    // A limit to the rounds.
    function payFew(address payable[] calldata to) external {
        require(to.length <= MAX, "too many");
        for (uint256 i = 0; i < to.length; i++) to[i].transfer(1 ether);
    }

    // It only asks.
    function count(Receiver[] calldata all) external view returns (uint256 found) {
        for (uint256 i = 0; i < all.length; i++) if (all[i].ready()) found++;
    }
}
