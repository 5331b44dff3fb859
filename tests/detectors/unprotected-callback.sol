// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

contract Naive {
    IToken immutable token;
    uint256 public received;

    constructor(IToken token_) {
        token = token_;
    }

    function uniswapV3SwapCallback(int256 amount, int256, bytes calldata) external { //~ HIGH: anyone can call `uniswapV3SwapCallback`
        require(token.transfer(msg.sender, uint256(amount)));
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) { //~ MEDIUM: anyone can call `onERC721Received`
        received += 1;
        return this.onERC721Received.selector;
    }
}

contract Careful {
    IToken immutable token;
    address immutable pool;
    mapping(address => uint256) public received;

    constructor(IToken token_, address pool_) {
        token = token_;
        pool = pool_;
    }

    function uniswapV3SwapCallback(int256 amount, int256, bytes calldata) external {
        require(msg.sender == pool, "not the pool");
        require(token.transfer(pool, uint256(amount)));
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        received[msg.sender] += 1;
        return this.onERC721Received.selector;
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }
}
