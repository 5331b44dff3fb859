// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IRouter {
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline)
        external
        returns (uint256[] memory);
    function swapTokensForExactTokens(uint256 amountOut, uint256 amountInMax, address[] calldata path, address to, uint256 deadline)
        external
        returns (uint256[] memory);
}

interface ICurve {
    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external returns (uint256);
}

contract Trader {
    IRouter router;
    ICurve pool;

    function anyPrice(uint256 amount, address[] calldata path, uint256 deadline) external {
        router.swapExactTokensForTokens(amount, 0, path, msg.sender, deadline); //~ MEDIUM: the least amount is zero
    }

    function anyPriceByName(uint256 amount, address[] calldata path, uint256 deadline) external {
        uint256 least = 0;
        router.swapExactTokensForTokens(amount, least, path, msg.sender, deadline); //~ MEDIUM: the least amount is zero
    }

    function anyCost(uint256 amount, address[] calldata path, uint256 deadline) external {
        router.swapTokensForExactTokens(amount, type(uint256).max, path, msg.sender, deadline); //~ MEDIUM: the greatest amount has no limit
    }

    function anyPriceOfPool(uint256 amount) external {
        pool.exchange(0, 1, amount, 0); //~ MEDIUM: the least amount is zero
    }

    function bounded(uint256 amount, uint256 least, address[] calldata path, uint256 deadline) external {
        router.swapExactTokensForTokens(amount, least, path, msg.sender, deadline);
    }

    function costBounded(uint256 amount, uint256 most, address[] calldata path, uint256 deadline) external {
        router.swapTokensForExactTokens(amount, most, path, msg.sender, deadline);
    }

    // The function looks at what came out by itself.
    function checkedAfter(uint256 amount, uint256 minOut, address[] calldata path, uint256 deadline) external {
        uint256[] memory out = router.swapExactTokensForTokens(amount, 0, path, msg.sender, deadline);
        require(out[out.length - 1] >= minOut, "too little");
    }

    function changedLater(uint256 amount, uint256 price, address[] calldata path, uint256 deadline) external {
        uint256 least = 0;
        least = amount * price;
        router.swapExactTokensForTokens(amount, least, path, msg.sender, deadline);
    }
}
