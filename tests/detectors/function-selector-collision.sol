// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Token {
    uint256 public supply = 100;

    function burn(uint256 amount) external {
        supply -= amount;
    }

    function total() external view returns (uint256) {
        return supply;
    }
}

contract Proxy { //~ MEDIUM: `collate_propagate_storage(bytes16)` has the selector of `burn(uint256)`
    address immutable logic;

    constructor(address logic_) {
        logic = logic_;
    }

    function collate_propagate_storage(bytes16) external {}

    function total() external pure returns (uint256) {
        return 0;
    }

    fallback() external payable {
        (bool ok, ) = logic.delegatecall(msg.data);
        require(ok);
    }
}

interface ILogic {
    function total() external view returns (uint256);
}

contract TypedProxy {
    ILogic immutable logic;

    constructor(ILogic logic_) {
        logic = logic_;
    }

    function collate_propagate_storage(bytes16) external {}

    fallback() external payable {
        (bool ok, ) = address(logic).delegatecall(msg.data);
        require(ok);
    }
}

contract TokenProxy { //~ HIGH: `collate_propagate_storage(bytes16)` has the selector of `burn(uint256)`
    Token immutable logic;

    constructor(Token logic_) {
        logic = logic_;
    }

    function collate_propagate_storage(bytes16) external {}

    fallback() external payable {
        (bool ok, ) = address(logic).delegatecall(msg.data);
        require(ok);
    }
}

contract NoProxy {
    function collate_propagate_storage(bytes16) external {}
}
