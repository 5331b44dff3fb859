// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A vault that keeps books of assets and shares, in the manner of ERC-4626, with virtual shares against inflation
/// @dev Assets are entries in this book, so that the arithmetic can be tried without another token.
contract ShareVault {
    uint256 public constant VIRTUAL_SHARES = 1000;
    uint256 public constant VIRTUAL_ASSETS = 1;

    uint256 public totalAssets;
    uint256 public totalShares;
    mapping(address account => uint256 shares) public sharesOf;

    event Deposit(address indexed account, uint256 assets, uint256 shares);
    event Withdraw(address indexed account, uint256 assets, uint256 shares);
    event Forgone(address indexed account, uint256 shares);

    error ZeroShares();
    error ZeroAssets();
    error InsufficientShares(uint256 available, uint256 needed);

    /// @notice Gives shares of the caller up for nothing, so that all that are left are worth more.
    /// @param shares Amount of shares; more than the caller has reverts.
    function forgo(uint256 shares) external {
        uint256 available = sharesOf[msg.sender];
        if (available < shares) revert InsufficientShares(available, shares);
        sharesOf[msg.sender] = available - shares;
        totalShares -= shares;
        emit Forgone(msg.sender, shares);
    }

    /// @notice Shares that an amount of assets is worth, rounded down. `VIRTUAL_SHARES` and `VIRTUAL_ASSETS` count as if they were in the vault.
    /// @param assets Amount of assets.
    /// @return Amount of shares.
    function convertToShares(uint256 assets) public view returns (uint256) {
        uint256 shares = totalShares + VIRTUAL_SHARES;
        return assets * shares / (totalAssets + VIRTUAL_ASSETS);
    }

    /// @notice Assets that an amount of shares is worth, rounded down. `VIRTUAL_SHARES` and `VIRTUAL_ASSETS` count as if they were in the vault.
    /// @param shares Amount of shares.
    /// @return Amount of assets.
    function convertToAssets(uint256 shares) public view returns (uint256) {
        uint256 assets = totalAssets + VIRTUAL_ASSETS;
        return shares * assets / (totalShares + VIRTUAL_SHARES);
    }

    /// @notice Assets that have to be paid for exactly so many shares, rounded up, in favour of the vault.
    /// @param shares Amount of shares.
    /// @return Amount of assets.
    function previewMint(uint256 shares) public view returns (uint256) {
        uint256 supply = totalShares + VIRTUAL_SHARES;
        uint256 product = shares * (totalAssets + VIRTUAL_ASSETS);
        return product / supply + (product % supply == 0 ? 0 : 1);
    }

    /// @notice Enters assets of the caller and gives shares for them, rounded down. A deposit that is worth no share reverts.
    /// @param assets Amount of assets.
    /// @return shares Amount of shares given.
    function deposit(uint96 assets) external returns (uint256 shares) {
        shares = convertToShares(assets);
        if (shares == 0) revert ZeroShares();
        totalAssets += assets;
        totalShares += shares;
        sharesOf[msg.sender] += shares;
        emit Deposit(msg.sender, assets, shares);
    }

    /// @notice Takes shares of the caller and pays out what they are worth, rounded down. Shares that are worth nothing revert.
    /// @param shares Amount of shares.
    /// @return assets Amount of assets paid out.
    function redeem(uint256 shares) external returns (uint256 assets) {
        uint256 available = sharesOf[msg.sender];
        if (available < shares) revert InsufficientShares(available, shares);
        assets = convertToAssets(shares);
        if (assets == 0) revert ZeroAssets();
        sharesOf[msg.sender] = available - shares;
        totalShares -= shares;
        totalAssets -= assets;
        emit Withdraw(msg.sender, assets, shares);
    }

    /// @notice Part of the vault that an account owns, in basis points, rounded down; zero while there are no shares.
    /// @param account The account.
    /// @return Basis points from 0 to 10,000.
    function portion(address account) external view returns (uint256) {
        uint256 supply = totalShares;
        if (supply == 0) return 0;
        return sharesOf[account] * 10_000 / supply;
    }
}
