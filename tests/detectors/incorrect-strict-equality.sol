// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function balanceOf(address account) external view returns (uint256);
}

contract Game {
    uint256 public total;
    IToken public token;

    function finish() external view returns (bool) {
        return address(this).balance == 10 ether; //~ MEDIUM: `address(this).balance` is asked for exactly
    }

    function settle() external view {
        require(token.balanceOf(address(this)) == total, "not settled"); //~ MEDIUM: is asked for exactly
    }

    function enough() external view returns (bool) {
        return address(this).balance >= 10 ether;
    }

    function push(address payable to) external {
        uint256 before = address(this).balance;
        to.send(1 ether);
        require(address(this).balance == before - 1 ether, "not sent");
    }

    function theirs(address who) external view returns (bool) {
        return who.balance == 0;
    }

    function count() external view returns (bool) {
        return total == 10 ether;
    }
}
