// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shop {
    mapping(address => uint256) public paid;

    function buy() external payable { //~ MEDIUM: `buy` takes Ether that can never leave `Shop`
        paid[msg.sender] += msg.value;
    }
}

contract OpenShop {
    address payable owner = payable(msg.sender);

    function buy() external payable {}

    function withdraw() external {
        require(msg.sender == owner);
        owner.transfer(address(this).balance);
    }
}

contract Closed {
    receive() external payable {
        revert("no Ether");
    }
}

contract Free {
    uint256 public n;

    function add() external {
        n++;
    }
}
