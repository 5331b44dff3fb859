// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A bucket of allowance for each account that fills up again, and fees that are taken on the way
contract RateLimit {
    struct Bucket {
        uint256 used;
        uint64 updatedAt;
        bool known;
    }

    struct Tier {
        uint128 from;
        uint16 basisPoints;
    }

    uint256 public constant CAPACITY = 1_000_000;
    uint256 public constant PER_SECOND = 100;
    uint256 public constant MOST_TIERS = 16;

    Tier[] public tiers;
    mapping(address account => Bucket bucket) public buckets;

    event Spent(address indexed account, uint256 amount, uint256 left);
    event TierAdded(address indexed by, uint256 from, uint256 basisPoints);

    error OverLimit(uint256 available, uint256 wanted);
    error BadTier();
    error BadFee(uint256 basisPoints);

    /// @notice What an account may spend now: `CAPACITY` less what is in use, of which `PER_SECOND` becomes free again with each second since the last update.
    /// @param account The account.
    /// @return Amount from zero to `CAPACITY`.
    function available(address account) public view returns (uint256) {
        Bucket storage bucket = buckets[account];
        uint256 freed = (block.timestamp - bucket.updatedAt) * PER_SECOND;
        if (freed >= bucket.used) return CAPACITY;
        return CAPACITY - (bucket.used - freed);
    }

    /// @notice Spends from the caller's bucket. More than is available reverts with `OverLimit`.
    /// @param amount How much.
    /// @return left What is available afterwards.
    function spend(uint32 amount) external returns (uint256 left) {
        uint256 before = available(msg.sender);
        if (amount > before) revert OverLimit(before, amount);
        left = before - amount;
        buckets[msg.sender] = Bucket(CAPACITY - left, uint64(block.timestamp), true);
        emit Spent(msg.sender, amount, left);
    }

    /// @notice Adds a tier of fees above the last one: it begins at a greater amount, and its fee is at most 10,000 basis points. There are at most `MOST_TIERS`; the first may begin anywhere.
    /// @param from Amount at which it begins.
    /// @param basisPoints Its fee.
    function addTier(uint128 from, uint16 basisPoints) external {
        uint256 count = tiers.length;
        if (count >= MOST_TIERS || basisPoints > 10_000) revert BadTier();
        if (count > 0 && from <= tiers[count - 1].from) revert BadTier();
        tiers.push(Tier(from, basisPoints));
        emit TierAdded(msg.sender, from, basisPoints);
    }

    /// @notice Fee on an amount, rounded up: the whole amount pays the fee of the highest tier that it reaches, and nothing below the first.
    /// @param amount The amount.
    /// @return The fee.
    function tieredFee(uint128 amount) external view returns (uint256) {
        uint256 basisPoints = 0;
        for (uint256 i = 0; i < tiers.length && tiers[i].from <= amount; i++) {
            basisPoints = tiers[i].basisPoints;
        }
        return (uint256(amount) * basisPoints + 9999) / 10_000;
    }

    /// @notice Takes a fee off an amount. The fee is rounded up, so that both parts sum up to the amount and the payer never gains. More than 10,000 basis points revert.
    /// @param gross The amount.
    /// @param basisPoints The fee in basis points.
    /// @return net What is left.
    /// @return fee What is taken.
    function netOf(uint128 gross, uint16 basisPoints) external pure returns (uint256 net, uint256 fee) {
        if (basisPoints > 10_000) revert BadFee(basisPoints);
        fee = (uint256(gross) * basisPoints + 9999) / 10_000;
        net = gross - fee;
    }

    /// @notice The least amount of which at least `net` is left once a fee was taken off: `net` times 10,000 by what the fee leaves of 10,000, rounded up. A fee of 10,000 basis points or more reverts.
    /// @param net What has to be left.
    /// @param basisPoints The fee in basis points.
    /// @return gross The amount.
    function grossOf(uint128 net, uint16 basisPoints) external pure returns (uint256 gross) {
        if (basisPoints >= 10_000) revert BadFee(basisPoints);
        uint256 rest = 10_000 - basisPoints;
        gross = (uint256(net) * 10_000 + rest - 1) / rest;
    }

    /// @notice Compound interest on an amount, period by period, each period's interest rounded down. At most 120 periods, and at most 10,000 basis points in each.
    /// @param principal The amount.
    /// @param basisPoints Interest of a period.
    /// @param periods How many periods.
    /// @return amount Principal and interest.
    function compound(uint96 principal, uint16 basisPoints, uint8 periods) external pure returns (uint256 amount) {
        if (basisPoints > 10_000 || periods > 120) revert BadFee(basisPoints);
        amount = principal;
        for (uint256 i = 0; i < periods; i++) {
            amount += amount * basisPoints / 10_000;
        }
    }
}
