// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function permit(address owner, address spender, uint256 value, uint256 end, uint8 v, bytes32 r, bytes32 s) external;
}

contract Bank {
    IERC20 public token;

    function deposit(address from, uint256 amount, uint256 end, uint8 v, bytes32 r, bytes32 s) external {
        token.permit(from, address(this), amount, end, v, r, s);
        require(token.transferFrom(from, address(this), amount)); //~ MEDIUM: only a `permit` decides whose `token` tokens
    }

    function depositOwn(uint256 amount, uint256 end, uint8 v, bytes32 r, bytes32 s) external {
        token.permit(msg.sender, address(this), amount, end, v, r, s);
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    // Without `permit` it is another detector's.
    function take(address from, uint256 amount) external {
        require(token.transferFrom(from, address(this), amount));
    }
}
