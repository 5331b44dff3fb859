// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "./IERC20.sol";

/// @title A vault with everything still to be written
contract Vault is Ownable, ReentrancyGuard {
    IERC20 public immutable asset;
    mapping(address owner => uint256 shares) public balanceOf;

    constructor(IERC20 asset_) Ownable(msg.sender) {
        asset = asset_;
    }

    receive() external payable {}

    /// @notice Deposits `amount` of the asset
    /// @param amount how much
    function deposit(uint256 amount) external nonReentrant {}

    /**
     * @notice Withdraws shares
     * @dev Follow checks, effects, interactions
     */
    function withdraw(
        uint256 shares,
        address to
    )
        external
        nonReentrant
        returns (uint256 assets)
    {
        // TODO: pay out
    }

    function totalAssets() public view returns (uint256);

    function previewDeposit(uint256 amount) public view returns (uint256) {
        revert NotImplemented();
    }

    function _beforeTransfer(address from, address to) internal virtual {}

    function pause() external onlyOwner
    {
        revert("TODO");
    }

    /// @notice sweep(IERC20 token, address to): sends stray tokens to the owner
}
