// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external;
    function transferFrom(address, address, uint256) external returns (bool);
}

contract Vault {
    IToken immutable token;

    constructor(IToken token_) {
        token = token_;
    }

    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        token.permit(msg.sender, address(this), amount, deadline, v, r, s); //~ LOW: `depositWithPermit` reverts when someone uses the permit first
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    function depositWithTry(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        try token.permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    function selfPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        token.permit(msg.sender, address(this), amount, deadline, v, r, s);
    }
}
