// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IShares {
    function burnFrom(address account, uint256 amount) external;
}

contract Treasury {
    address public owner = msg.sender;
    address payable public beneficiary;
    mapping(address => uint256) public balances;
    mapping(address => bool) public members;
    address public signer;
    IShares public shares;

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    function pay(address payable to, uint256 amount) external {
        to.transfer(amount); //~ HIGH: anyone can send `amount` of the contract's Ether to `to`
    }

    function payWithZeroCheck(address to) external {
        require(to != address(0));
        (bool ok, ) = to.call{value: 1 ether}(""); //~ HIGH: anyone can send `1 ether` of the contract's Ether to `to`
        require(ok);
    }

    function takeAll() external {
        payable(msg.sender).transfer(address(this).balance); //~ HIGH: anyone can send `address(this).balance`
    }

    function takeSome(uint256 amount) external {
        (bool ok, ) = msg.sender.call{value: amount}(""); //~ HIGH: anyone can send `amount`
        require(ok);
    }

    function payThroughHelper(address payable to, uint256 amount) external {
        _send(to, amount);
    }

    function _send(address payable recipient, uint256 amount) internal {
        recipient.transfer(amount); //~ HIGH: anyone can send `amount` of the contract's Ether to `recipient`
    }

    function payByOwner(address payable to, uint256 amount) external onlyOwner {
        to.transfer(amount);
    }

    function withdraw(uint256 amount) external {
        balances[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function withdrawTo(address payable to, uint256 amount) external {
        require(balances[msg.sender] >= amount, "too much");
        balances[msg.sender] -= amount;
        to.transfer(amount);
    }

    // Anyone may push what is owed to its owner.
    function release(address payable account) external {
        uint256 amount = balances[account];
        balances[account] = 0;
        account.transfer(amount);
    }

    function forward(address payable to) external payable {
        to.transfer(msg.value);
    }

    function toBeneficiary() external {
        beneficiary.transfer(address(this).balance);
    }

    function payMember(address payable to) external {
        require(members[to], "not a member");
        to.transfer(1 ether);
    }

    function redeem(uint256 amount, address payable to) external {
        shares.burnFrom(msg.sender, amount);
        to.transfer(amount);
    }

    function payBySignature(address payable to, uint256 amount, bytes32 r, bytes32 s, uint8 v) external {
        require(ecrecover(keccak256(abi.encode(to, amount)), v, r, s) == signer, "not signed");
        to.transfer(amount);
    }

    function callWithNothing(address token, bytes calldata data) external {
        _callWith(token, data, 0);
    }

    function _callWith(address target, bytes memory data, uint256 value) internal {
        (bool ok, ) = target.call{value: value}(data);
        require(ok, "failed");
    }

    function refundRest(uint256 price) external payable {
        payable(msg.sender).transfer(msg.value - price);
    }
}
