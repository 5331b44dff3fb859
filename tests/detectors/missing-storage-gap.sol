// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

abstract contract Initializable {
    uint64 private initialized;
}

abstract contract FeesUpgradeable is Initializable { //~ INFO: `FeesUpgradeable` leaves no room for variables of its next version
    uint256 public fee;

    function total(uint256 amount) external view returns (uint256) {
        return amount + fee;
    }
}

abstract contract RoomyUpgradeable is Initializable {
    uint256 public fee;
    uint256[49] private __gap;

    function total(uint256 amount) external view returns (uint256) {
        return amount + fee;
    }
}

abstract contract SpacedUpgradeable is Initializable {
    bytes32 private constant SPACE = keccak256("spaced");

    function space() external pure returns (bytes32) {
        return SPACE;
    }
}

abstract contract Fixed {
    uint256 public fee;
}

contract Leaf is FeesUpgradeable {
    uint256 public own;
}
