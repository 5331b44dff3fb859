// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

library SafeERC20 {
    function safeTransferFrom(IERC20 token, address from, address to, uint256 amount) internal {
        require(token.transferFrom(from, to, amount));
    }
}

contract Pool {
    using SafeERC20 for IERC20;

    IERC20 public token;
    address public owner;

    function deposit(address from, uint256 amount) external {
        require(token.transferFrom(from, address(this), amount)); //~ HIGH: anyone can make `transferFrom` take from `from`
    }

    function depositByLibrary(address from, uint256 amount) external {
        SafeERC20.safeTransferFrom(token, from, address(this), amount); //~ HIGH: anyone can make `safeTransferFrom` take from `from`
    }

    function depositOfFirst(address[] calldata all, uint256 amount) external {
        token.safeTransferFrom(all[0], address(this), amount); //~ HIGH: anyone can make `safeTransferFrom` take from `all`
    }

    function depositReplaced(address from, uint256 amount) external {
        address payer = msg.sender;
        payer = from;
        token.safeTransferFrom(payer, address(this), amount); //~ HIGH: anyone can make `safeTransferFrom` take from `from`
    }

    function depositOwnByLibrary(uint256 amount) external {
        SafeERC20.safeTransferFrom(token, msg.sender, address(this), amount);
    }

    function depositOwnReplaced(uint256 amount) external {
        address payer = owner;
        payer = msg.sender;
        token.safeTransferFrom(payer, address(this), amount);
    }

    // Amounts are the caller's to choose.
    function depositMany(uint256[] calldata amounts) external {
        token.safeTransferFrom(msg.sender, address(this), amounts[0]);
    }

    function depositOwn(uint256 amount) external {
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    function depositChecked(address from, uint256 amount) external {
        require(from == msg.sender);
        require(token.transferFrom(from, address(this), amount));
    }

    function depositFor(address from, uint256 amount) external {
        require(msg.sender == owner);
        require(token.transferFrom(from, address(this), amount));
    }
}
