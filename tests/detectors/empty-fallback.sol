// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Swallows {
    fallback() external {} //~ LOW: calls of functions that do not exist succeed
}

contract Refuses {
    fallback() external {
        revert();
    }

    receive() external payable {}
}

contract TakesEther {
    fallback() external payable {}
}
