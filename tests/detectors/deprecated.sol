// SPDX-License-Identifier: MIT
pragma solidity ^0.4.20;

contract Old {
    uint public end;
    uint public gas;

    function close() public {
        if (now < end) { //~ LOW: `now` is deprecated
            throw; //~ LOW: `throw` is deprecated
        }
        suicide(msg.sender); //~ LOW: `suicide` is deprecated
    }

    function digest(bytes data) public view returns (bytes32) {
        return sha3(data); //~ LOW: `sha3` is deprecated
    }

    function draw(address code) public {
        code.callcode(""); //~ LOW: `callcode` is deprecated
        bytes32 last = block.blockhash(1); //~ LOW: `block.blockhash` is deprecated
        var left = 3; //~ LOW: `var` is deprecated
        gas = left;
    }

    function closeToday() public {
        require(block.timestamp >= end);
        selfdestruct(msg.sender);
    }

    // A name of its own.
    function count(uint now) public view returns (uint) {
        return now + gas;
    }

    function digestToday(bytes data) public view returns (bytes32) {
        return keccak256(data);
    }

    function variable() public view returns (uint) {
        uint variance = gas;
        return variance;
    }
}
