// SPDX-License-Identifier: MIT
pragma solidity ^0.5.0;

contract Base {
    address public owner;
    uint256 internal total;
    uint256 private hidden;

    function raise() external {
        hidden += 1;
        total += 1;
    }
}

contract Derived is Base {
    address public owner; //~ MEDIUM: `owner` hides the state variable of the same name in `Base`
    uint256 private hidden;

    function claim() external {
        owner = msg.sender;
    }

    function note() external {
        hidden = total;
    }
}

contract Other {
    address public owner;
}
