// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shares {
    uint256 constant MAX = 100;
    address[] public holders;
    address[] public few;
    mapping(address => uint256) public shares;

    function join() external {
        holders.push(msg.sender);
    }

    function payAll() external {
        for (uint256 i = 0; i < holders.length; i++) { //~ LOW: this loop runs over all of `holders`, which grows without a limit
            shares[holders[i]] += 1;
        }
    }

    function give(address[] calldata to) external {
        uint256 count = to.length;
        for (uint256 i = 0; i < count; i++) { //~ INFO: this loop runs over all of `to`
            shares[to[i]] += 1;
        }
    }

    function repeat(uint256 times) external {
        for (uint256 i = 0; i < times; i++) { //~ INFO: this loop runs `times` times
            shares[msg.sender] += 1;
        }
    }

    function spin() external {
        while (true) { //~ LOW: this loop has no way out
            shares[msg.sender] += 1;
        }
    }

    // The length is checked.
    function giveFew(address[] calldata to) external {
        require(to.length <= MAX, "too many");
        for (uint256 i = 0; i < to.length; i++) shares[to[i]] += 1;
    }

    // The number is checked.
    function repeatFew(uint256 times) external {
        require(times < 10);
        for (uint256 i = 0; i < times; i++) shares[msg.sender] += 1;
    }

    // It stops in time.
    function giveSome(address[] calldata to) external {
        uint256 i;
        while (i < to.length && gasleft() > 50000) {
            shares[to[i]] += 1;
            i++;
        }
    }

    // A part at a time.
    function payPart(uint256 from, uint256 count) external {
        uint256 end = from + count;
        if (end > holders.length) end = holders.length;
        for (uint256 i = from; i < end; i++) shares[holders[i]] += 1;
    }

    // Nothing is ever pushed to it.
    function payFew() external {
        for (uint256 i = 0; i < few.length; i++) shares[few[i]] += 1;
    }

    // It ends.
    function search() external {
        uint256 i;
        while (true) {
            if (shares[holders[i]] == 0) break;
            i++;
        }
    }
}
