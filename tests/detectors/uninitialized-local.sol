// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Payer {
    function pay(uint256 amount) external {
        address payable receiver;
        receiver.transfer(amount); //~ MEDIUM: `receiver` is read before anything is assigned to it
    }

    function fee(uint256 amount) external pure returns (uint256) {
        uint256 rate;
        return amount * rate; //~ LOW: `rate` is read before
    }

    function payCaller(uint256 amount) external {
        address payable receiver;
        receiver = payable(msg.sender);
        receiver.transfer(amount);
    }

    function sum(uint256[] calldata parts) external pure returns (uint256) {
        uint256 total;
        for (uint256 i; i < parts.length; i++) total += parts[i];
        return total;
    }

    function isNobody(address account) external pure returns (bool) {
        address nobody;
        return account == nobody;
    }

    function codeOf(bytes32 word) external pure returns (address) {
        address account;
        assembly {
            account := word
        }
        return account;
    }
}
