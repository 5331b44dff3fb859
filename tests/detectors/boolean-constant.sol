// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Mint {
    address public owner = msg.sender;
    bool public constant IS_OPEN = true;
    mapping(address => uint256) public balances;

    function mint(address to, uint256 amount) external {
        if (msg.sender == owner || true) balances[to] += amount; //~ MEDIUM: `msg.sender == owner || true` decides nothing
    }

    function close() external {
        if (false) owner = address(0); //~ MEDIUM: `false` decides nothing
    }

    function fee(uint256 amount) external pure returns (uint256) {
        return true ? amount : 0; //~ MEDIUM: `true ? amount : 0` decides nothing
    }

    function isOwner(address account) external view returns (bool) {
        return account == owner ? true : false; //~ INFO: `account == owner ? true : false` decides nothing
    }

    function mintByOwner(address to, uint256 amount) external {
        if (msg.sender == owner && IS_OPEN) balances[to] += amount;
    }

    function count(uint256 limit) external pure returns (uint256 n) {
        while (true) {
            if (++n >= limit) break;
        }
    }

    function same(bool a) external pure returns (bool) {
        bool done = true;
        return a == done;
    }

    function flag(bool a) external pure returns (uint256) {
        return a ? 1 : 0;
    }
}
