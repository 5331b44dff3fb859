// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

library Address {
    function isContract(address account) internal view returns (bool) {
        return account.code.length > 0;
    }
}

contract Gate {
    mapping(address => bool) public allowed;

    function claim() external {
        require(msg.sender.code.length == 0); //~ MEDIUM: holds for contracts under construction as well
        allowed[msg.sender] = true;
    }

    function claimAgain() external {
        require(!Address.isContract(msg.sender)); //~ MEDIUM: `!Address.isContract(msg.sender)` holds
        allowed[msg.sender] = true;
    }

    function size() external view returns (uint256 result) {
        assembly {
            result := extcodesize(caller()) //~ MEDIUM: holds for contracts under construction
        }
    }

    // That an account has code is certain.
    function onlyContracts() external {
        require(Address.isContract(msg.sender));
        allowed[msg.sender] = true;
    }

    function target(address implementation) external view {
        require(implementation.code.length != 0);
    }

    function underConstruction() external view returns (bool) {
        return address(this).code.length == 0;
    }

    function known() external view {
        require(allowed[msg.sender]);
    }
}
