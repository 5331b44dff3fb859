// SPDX-License-Identifier: MIT
pragma solidity ^0.4.24;

contract Wallet {
    address public owner;

    function wallet() public { //~ HIGH: `wallet` looks like the constructor of `Wallet`
        owner = msg.sender;
    }
}

contract Safe {
    address public owner;

    function Constructor() public { //~ HIGH: `Constructor` looks like the constructor of `Safe`
        owner = msg.sender;
    }
}

contract Old {
    address public owner;

    function Old() public { //~ LOW: `Old` is a constructor only for compilers before 0.5
        owner = msg.sender;
    }
}

contract Modern {
    address public owner;

    constructor() public {
        owner = msg.sender;
    }

    // It reads only.
    function modern() public view returns (address) {
        return owner;
    }

    function move(address next) public {
        require(msg.sender == owner);
        owner = next;
    }

    function note() public pure returns (uint256) {
        return 1;
    }
}
