// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Keeper {
    address public owner;
    address payable public receiver;
    address public immutable token;
    mapping(address => address) public delegates;
    uint256 public fee;

    constructor(address owner_, address token_, uint256 fee_) { //~ INFO: `owner` takes `owner_` without asking
        owner = owner_;
        require(token_ != address(0), "zero token");
        token = token_;
        fee = fee_;
    }

    function setReceiver(address next) external { //~ LOW: `receiver` takes `next` without asking
        require(msg.sender == owner, "not owner");
        receiver = payable(next);
    }

    function setOwner(address next) external {
        require(msg.sender == owner, "not owner");
        if (next == address(0)) revert("zero");
        owner = next;
    }

    function setDelegate(address to) external {
        delegates[msg.sender] = to;
    }

    function pay(address payable to) external { //~ LOW: `transfer` pays `to` without asking
        to.transfer(1);
    }

    function payOwner() external {
        payable(owner).transfer(1);
    }

    function claim() external {
        require(msg.sender == receiver, "not receiver");
        owner = msg.sender;
    }
}
