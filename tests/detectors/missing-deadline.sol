// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IRouter {
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline)
        external
        returns (uint256[] memory);
}

contract Trader {
    IRouter router;

    modifier ensure(uint256 deadline) {
        require(block.timestamp <= deadline, "late");
        _;
    }

    function now_(uint256 amount, uint256 least, address[] calldata path) external {
        router.swapExactTokensForTokens(amount, least, path, msg.sender, block.timestamp); //~ LOW: the deadline `block.timestamp` never passes
    }

    function later(uint256 amount, uint256 least, address[] calldata path) external {
        router.swapExactTokensForTokens(amount, least, path, msg.sender, block.timestamp + 15 minutes); //~ LOW: never passes
    }

    function never(uint256 amount, uint256 least, address[] calldata path) external {
        router.swapExactTokensForTokens(amount, least, path, msg.sender, type(uint256).max); //~ LOW: never passes
    }

    function wanted(uint256 amount, uint256 least, address[] calldata path, uint256 deadline) external {
        router.swapExactTokensForTokens(amount, least, path, msg.sender, deadline);
    }

    function checked(uint256 amount, uint256 least, address[] calldata path, uint256 deadline) external {
        require(block.timestamp <= deadline, "late");
        router.swapExactTokensForTokens(amount, least, path, msg.sender, block.timestamp);
    }

    function ensured(uint256 amount, uint256 least, address[] calldata path, uint256 deadline) external ensure(deadline) {
        router.swapExactTokensForTokens(amount, least, path, msg.sender, block.timestamp);
    }
}
