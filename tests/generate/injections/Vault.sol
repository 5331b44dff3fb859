// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
@@IMPORT@@
/// @title A vault of ether
contract Vault {
    mapping(address => uint256) public balances;
    uint256 public total;
    string public motto = @@STRING@@;

    event Deposited(address indexed from, uint256 amount);

    // @@COMMENT@@
    function deposit() external payable {
        balances[msg.sender] += msg.value;
        total += msg.value;
        emit Deposited(msg.sender, msg.value);
    }

    /// @notice Pays out a part of what the caller holds.
    /// @dev @@NATSPEC@@
    /// @param amount How much.
    function withdraw(uint256 amount /* @@COMMENT@@ */) external {}

    /* @@COMMENT@@ */
    function held() external view returns (uint256) {
        return balances[msg.sender];
    }
}
