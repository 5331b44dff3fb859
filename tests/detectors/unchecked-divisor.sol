// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shares {
    uint256 public total = 100;

    function share(uint256 parts) external view returns (uint256) {
        return total / parts; //~ INFO: `share` divides by `parts`, which may be zero
    }

    function rest(uint256 parts) external view returns (uint256 left) {
        left = total;
        left %= parts; //~ INFO: `rest` divides by `parts`
    }

    function shareOf(uint256 parts) external view returns (uint256) {
        require(parts > 0, "no parts");
        return total / parts;
    }

    function shareChecked(uint256 parts) external view returns (uint256) {
        _check(parts);
        return total / parts;
    }

    function half() external view returns (uint256) {
        return total / 2;
    }

    function _check(uint256 parts) internal pure {
        require(parts > 0, "no parts");
    }
}
