// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

contract Treasury is AccessControl {
    using SafeERC20 for IERC20;

    IERC20 public token;

    constructor(IERC20 token_) {
        token = token_;
        _setupRole(bytes32(0), msg.sender); //~ LOW: OpenZeppelin deprecated `_setupRole`
    }

    function allow(address spender, uint256 amount) external onlyRole(bytes32(0)) {
        token.safeApprove(spender, amount); //~ LOW: OpenZeppelin deprecated `safeApprove`
    }

    function allowToday(address spender, uint256 amount) external onlyRole(bytes32(0)) {
        token.forceApprove(spender, amount);
    }

    function grant(address account) external onlyRole(bytes32(0)) {
        _grantRole(bytes32(0), account);
    }
}

library Approvals {
    function safeApprove(address token, address spender) internal {}
}

// A function of its own.
contract Other {
    function allow(address token, address spender) external {
        Approvals.safeApprove(token, spender);
    }
}
