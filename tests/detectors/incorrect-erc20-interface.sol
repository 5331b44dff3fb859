// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transfer(address to, uint256 amount) external; //~ MEDIUM: `transfer` of ERC20 should return `bool`
    function approve(address spender, uint amount) external returns (uint256); //~ MEDIUM: `approve` of ERC20 should return `bool`
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint);
    function totalSupply() external view returns (uint256);
    function decimals() external view returns (uint8);
    // Another function of the same name.
    function transfer(address to, uint256 amount, bytes calldata data) external;
}

interface IOther {
    function transfer(address to, uint256 amount) external;
}

interface IERC20Receiver {
    function approve(address spender, uint256 amount) external;
}
