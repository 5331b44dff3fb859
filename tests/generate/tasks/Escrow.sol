// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Holds a buyer's Ether until the goods have come, or the time is over
contract Escrow {
    enum State {
        None,
        Funded,
        Released,
        Refunded
    }

    struct Deal {
        address buyer;
        address seller;
        uint128 amount;
        uint64 deadline;
        State state;
    }

    uint64 public constant LONGEST = 365 days;

    Deal[] public deals;
    mapping(address account => uint256 amount) public credit;

    event Opened(uint256 indexed id, address indexed buyer, address indexed seller, uint256 amount);
    event Released(uint256 indexed id, address indexed seller, uint256 amount);
    event Refunded(uint256 indexed id, address indexed buyer, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);

    error BadTerms();
    error NoSuchDeal(uint256 id);
    error NotFunded(uint256 id);
    error NotBuyer(address caller);
    error TooEarly(uint256 deadline);
    error NothingToWithdraw();
    error PaymentFailed();

    /// @notice Opens a deal and pays the Ether of this call into it. It needs an amount above zero that fits 128 bits, a seller that is neither zero nor the caller, and a duration above zero, at most `LONGEST`.
    /// @param seller Account that is paid when the goods have come.
    /// @param duration Seconds until the buyer may have the Ether back.
    /// @return id The number of the deal, counted from zero.
    function open(address seller, uint64 duration) external payable returns (uint256 id) {
        if (msg.value == 0 || msg.value > type(uint128).max) revert BadTerms();
        if (seller == address(0) || seller == msg.sender) revert BadTerms();
        if (duration == 0 || duration > LONGEST) revert BadTerms();
        id = deals.length;
        deals.push(Deal(msg.sender, seller, uint128(msg.value), uint64(block.timestamp) + duration, State.Funded));
        emit Opened(id, msg.sender, seller, msg.value);
    }

    /// @notice Tells that the goods have come: the amount of the deal becomes credit of its seller. Only the buyer may, while the deal is funded.
    /// @param id The number of the deal.
    function release(uint256 id) external {
        if (id >= deals.length) revert NoSuchDeal(id);
        Deal storage deal = deals[id];
        if (deal.state != State.Funded) revert NotFunded(id);
        if (msg.sender != deal.buyer) revert NotBuyer(msg.sender);
        deal.state = State.Released;
        credit[deal.seller] += deal.amount;
        emit Released(id, deal.seller, deal.amount);
    }

    /// @notice Gives the amount of a funded deal back to its buyer as credit. The seller may at any time, everyone else once the deadline has passed.
    /// @param id The number of the deal.
    function refund(uint256 id) external {
        if (id >= deals.length) revert NoSuchDeal(id);
        Deal storage deal = deals[id];
        if (deal.state != State.Funded) revert NotFunded(id);
        if (msg.sender != deal.seller && block.timestamp <= deal.deadline) revert TooEarly(deal.deadline);
        deal.state = State.Refunded;
        credit[deal.buyer] += deal.amount;
        emit Refunded(id, deal.buyer, deal.amount);
    }

    /// @notice Pays the caller's whole credit to the caller. Reverts when there is none, or when the payment is refused.
    function withdraw() external {
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingToWithdraw();
        credit[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }

    /// @notice Seconds that are left until everyone may ask for the refund of a deal; zero when the deadline has passed or the deal is settled.
    /// @param id The number of the deal.
    /// @return Seconds left.
    function timeLeft(uint256 id) external view returns (uint256) {
        if (id >= deals.length) revert NoSuchDeal(id);
        Deal storage deal = deals[id];
        if (deal.state != State.Funded || block.timestamp >= deal.deadline) return 0;
        return deal.deadline - block.timestamp;
    }
}
