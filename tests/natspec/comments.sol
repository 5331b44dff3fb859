contract Comments {
    /// @notice Moves `amount` 🦊 to
    ///         another account
    /// @dev Reverts
    /// @param to the payee
    /// @param amount how much
    /// @return ok whether it was done
    /// @custom:security nonReentrant
    function lines(address to, uint256 amount) external returns (bool ok) {}

    /**
     * Text without a tag
     * - a list
     *
     * @inheritdoc IBase
     * @return
     */
    function block_() external {}

    /** one line */ function inline() external {}

    //// no documentation
    /* none either */
    function bare() external {}
}
