// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Initializable {
    bool private done;

    modifier initializer() {
        require(!done, "done");
        done = true;
        _;
    }
}

contract Again {
    address public owner;

    function initialize(address owner_) external { //~ HIGH: anyone can call `initialize`, again and again
        owner = owner_;
    }
}

contract First is Initializable {
    address public owner;

    function initialize(address owner_) external initializer { //~ LOW: whoever is the first to call `initialize`
        owner = owner_;
    }
}

contract Asked is Initializable {
    address private immutable deployer = msg.sender;
    address public owner;
    uint256 public fee;

    function initialize(address owner_) external initializer {
        require(msg.sender == deployer, "not deployer");
        owner = owner_;
    }

    // Nobody is put in charge.
    function initializeFee(uint256 fee_) external initializer {
        fee = fee_;
    }

    function _init(address owner_) internal {
        owner = owner_;
    }
}
