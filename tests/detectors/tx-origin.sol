// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Wallet {
    address public owner = msg.sender;
    mapping(address => bool) public allowed;

    event Called(address origin);

    modifier onlyOrigin() {
        require(tx.origin == owner, "not owner"); //~ MEDIUM: `tx.origin == owner` lets `tx.origin` decide who is allowed
        _;
    }

    function payByRequire(address payable to) external {
        require(owner == tx.origin); //~ MEDIUM: `owner == tx.origin`
        to.transfer(address(this).balance);
    }

    function payByIf(address payable to) external {
        if (tx.origin != owner) revert("not owner"); //~ MEDIUM: `tx.origin != owner`
        to.transfer(address(this).balance);
    }

    function payByList(address payable to) external {
        require(allowed[tx.origin] && to != address(0)); //~ MEDIUM: `allowed[tx.origin]`
        to.transfer(address(this).balance);
    }

    function payByCopy(address payable to) external {
        address who = tx.origin;
        require(who == owner); //~ MEDIUM: `who == owner`
        to.transfer(address(this).balance);
    }

    function logCopy() external {
        address who = tx.origin;
        who = msg.sender;
        require(who == owner);
        emit Called(who);
    }

    function isOwner() public view returns (bool) {
        return tx.origin == owner; //~ MEDIUM: `tx.origin == owner`
    }

    function payOrigin() external onlyOrigin {
        payable(owner).transfer(1 ether);
    }

    // Contracts are kept out, nobody is let in.
    function onlyPeople() external view returns (bool) {
        require(tx.origin == msg.sender, "no contracts");
        require(msg.sender == tx.origin);
        return true;
    }

    // A simulation, as clients do it for estimates.
    function simulate() external view {
        require(tx.origin == address(0), "simulation only");
    }

    function log() external {
        emit Called(tx.origin);
    }

    function refund() external payable {
        payable(tx.origin).transfer(msg.value);
    }

    function pay(address payable to) external {
        require(msg.sender == owner, "not owner");
        to.transfer(address(this).balance);
    }

    function keep() external view returns (address) {
        return tx.origin;
    }
}
