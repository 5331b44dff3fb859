// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "solmate/tokens/ERC20.sol";
import {SafeTransferLib} from "solmate/utils/SafeTransferLib.sol";

contract Vault {
    using SafeTransferLib for ERC20;

    mapping(ERC20 => mapping(address => uint256)) public deposits;

    function deposit(ERC20 token, uint256 amount) external {
        deposits[token][msg.sender] += amount;
        token.safeTransferFrom(msg.sender, address(this), amount); //~ LOW: `safeTransferFrom` of solmate succeeds
    }

    function depositChecked(ERC20 token, uint256 amount) external {
        require(address(token).code.length > 0, "no token");
        deposits[token][msg.sender] += amount;
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    function pay(address to) external payable {
        SafeTransferLib.safeTransferETH(to, msg.value);
    }

    function withdraw(ERC20 token, uint256 amount) external {
        deposits[token][msg.sender] -= amount;
        SafeTransferLib.safeTransfer(token, msg.sender, amount); //~ LOW: `safeTransfer` of solmate succeeds
    }

    function balance(ERC20 token) external view returns (uint256) {
        return deposits[token][msg.sender];
    }
}
