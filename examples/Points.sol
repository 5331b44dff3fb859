// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Loyalty points, an ERC-20 on OpenZeppelin's contracts
/// @notice Two functions are stubs for Solwright to write.
contract Points is ERC20, Ownable {
    uint256 public cap;

    event CapChanged(uint256 previousCap, uint256 newCap);

    constructor(uint256 cap_) ERC20("Points", "PTS") Ownable(msg.sender) {
        cap = cap_;
    }

    /// @notice Creates points for an account, up to the cap
    /// @dev Can only be called by the owner
    /// @param to The account that receives the points
    /// @param amount The amount of points
    function mint(address to, uint256 amount) external onlyOwner {}

    /// @notice Sets the cap of the supply
    /// @dev Can only be called by the owner
    /// @param newCap The new cap
    function setCap(uint256 newCap) external onlyOwner {}
}
