// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

abstract contract Initializable {
    bool private done;

    modifier initializer() {
        require(!done, "done");
        done = true;
        _;
    }

    function _disableInitializers() internal {
        done = true;
    }
}

contract Bare is Initializable {
    uint256 public fee;

    function initialize(uint256 fee_) external initializer { //~ LOW: anyone can call `initialize` on the implementation of `Bare`
        fee = fee_;
    }
}

contract Running is Initializable {
    address public owner;

    function setUp(address owner_) external initializer { //~ MEDIUM: anyone can call `setUp` on the implementation of `Running`
        owner = owner_;
    }

    function run(address code, bytes calldata data) external {
        require(msg.sender == owner, "not owner");
        (bool ok, ) = code.delegatecall(data);
        require(ok, "failed");
    }
}

contract Locked is Initializable {
    uint256 public fee;

    constructor() {
        _disableInitializers();
    }

    function initialize(uint256 fee_) external initializer {
        fee = fee_;
    }
}

contract LockedOld is Initializable {
    uint256 public fee;

    constructor() initializer {}

    function initialize(uint256 fee_) external initializer {
        fee = fee_;
    }

    // No initializer of a proxy.
    function initiate(uint256 fee_) external {
        require(fee == 0, "set");
        fee = fee_;
    }
}
