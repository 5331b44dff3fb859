// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shared {
    address public admin = msg.sender;
    address public implementation;
    uint256 public fee;

    function upgrade(address next) external { //~ INFO: the key that allows `upgrade` also allows `setFee`
        require(msg.sender == admin, "not admin");
        implementation = next;
    }

    function setFee(uint256 next) external {
        require(msg.sender == admin, "not admin");
        fee = next;
    }
}

contract Parted {
    address public proxyAdmin = msg.sender;
    address public operator = msg.sender;
    address public implementation;
    uint256 public fee;

    function upgrade(address next) external {
        require(msg.sender == proxyAdmin, "not admin");
        implementation = next;
    }

    function setFee(uint256 next) external {
        require(msg.sender == operator, "not operator");
        fee = next;
    }

    // The key itself is passed on.
    function setProxyAdmin(address next) external {
        require(msg.sender == proxyAdmin, "not admin");
        proxyAdmin = next;
    }
}
