contract Windows {
	/**
	 * @notice Counts
	 */
	function count() external returns (uint256) {
		// TODO
	}

	/// Write `reset()`
}
