// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Anyone {
    uint256 word;

    function fulfillRandomWords(uint256, uint256[] memory words) internal { //~ LOW: randomness for any request
        word = words[0];
    }
}

contract Pending {
    uint256 pending;
    uint256 word;

    function fulfillRandomWords(uint256 requestId, uint256[] memory words) internal {
        require(requestId == pending);
        pending = 0;
        word = words[0];
    }
}

contract ByRequest {
    mapping(uint256 => uint256) words;

    function fulfillRandomWords(uint256 requestId, uint256[] memory drawn) internal {
        words[requestId] = drawn[0];
    }
}
