// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title An English auction for one lot
/// @notice Five functions are stubs for Solwright to write; three others carry a planted vulnerability.
contract Auction {
    address payable public beneficiary;
    uint256 public endTime;
    address public highestBidder;
    uint256 public highestBid;
    bool public ended;
    mapping(address => uint256) public pendingReturns;

    event BidPlaced(address indexed bidder, uint256 amount);
    event AuctionEnded(address winner, uint256 amount);

    modifier onlyBeneficiary() {
        require(msg.sender == beneficiary, "Auction: caller is not the beneficiary");
        _;
    }

    constructor(uint256 biddingTime, address payable beneficiary_) {
        beneficiary = beneficiary_;
        endTime = block.timestamp + biddingTime;
    }

    /// @notice Bids with the ether sent with the call
    /// @dev The bid must be higher than the highest bid, and the former highest bid becomes a pending return
    function bid() external payable {}

    /// @notice Withdraws a bid that was overbid
    /// @return True if the operation succeeded
    function withdraw() external returns (bool) {
        // TODO
    }

    /// @notice Returns whether the auction is still open
    /// @return True if the end time is not reached
    function isOpen() public view returns (bool) {}

    /// @notice Sets the time at which the auction ends
    /// @dev Can only be called by the beneficiary
    /// @param newEndTime The new end time, in seconds since the epoch
    function setEndTime(uint256 newEndTime) external onlyBeneficiary {}

    /// @notice Sets the account that receives the highest bid
    /// @param newBeneficiary The new beneficiary
    function setBeneficiary(address payable newBeneficiary) external onlyBeneficiary

    /// @notice Ends the auction and sends the highest bid to the beneficiary
    function auctionEnd() external {
        require(block.timestamp >= endTime, "Auction: not yet ended");
        require(!ended, "Auction: already ended");
        ended = true;
        emit AuctionEnded(highestBidder, highestBid);
        // Planted: whether the money arrived is never asked
        beneficiary.call{value: highestBid}("");
    }

    /// @notice Sends ether that nobody claimed to an account
    /// @param to The account that receives it
    /// @param amount The amount, in wei
    function sweep(address payable to, uint256 amount) external {
        // Planted: anyone may send the auction's ether anywhere
        to.transfer(amount);
    }

    /// @notice Removes the contract
    function close() external {
        // Planted: anyone may end the contract
        selfdestruct(beneficiary);
    }
}
