//! The whole server, driven through its own streams by a client that speaks the protocol.

mod bad_input;
mod client;
mod configuration;
mod features;
mod generation;
mod sync;

pub(crate) use client::Client;

/// A file with a planted finding and a stub.
pub(crate) const VAULT: &str = "// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Vault {
    address public owner;

    /// @notice Returns whether an account is the owner
    /// @param account The account to query
    /// @return True if the account is the owner
    function isOwner(address account) public view returns (bool) {}

    function rescue(address payable to) external {
        require(tx.origin == owner, \"no\");
        to.transfer(address(this).balance);
    }
}
";
