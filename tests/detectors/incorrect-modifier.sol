// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Modifiers {
    address public admin = msg.sender;
    bool public paused;
    bool public open;

    modifier onlyAdmin() { //~ MEDIUM: `onlyAdmin` promises to ask who calls
        require(admin == address(0), "not admin");
        _;
    }

    modifier whenOpen() { //~ LOW: `whenOpen` may end without running the function
        if (open) {
            _;
        }
    }

    modifier whenRunning() { //~ LOW: `whenRunning` may end without running the function
        if (paused) {
            return;
        }
        _;
    }

    modifier onlyAdminStrict() {
        require(msg.sender == admin, "not admin");
        _;
    }

    modifier onlyOwnerElsewhere() {
        _ask();
        _;
    }

    modifier whenNotPaused() {
        if (paused) revert("paused");
        _;
    }

    // A proxy answers everyone but its admin with the implementation.
    modifier ifAdmin() {
        if (msg.sender == admin) {
            _;
        } else {
            _ask();
        }
    }

    function _ask() internal view {
        require(msg.sender == admin, "not admin");
    }
}
