// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Forwarder {
    address public owner = msg.sender;
    address public open;
    address public implementation;
    address private immutable self = address(this);
    mapping(address => bool) public trusted;

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    function forward(address target, bytes calldata data) external {
        (bool ok, ) = target.delegatecall(data); //~ HIGH: anyone can choose the code that `delegatecall` to `target` runs
        require(ok);
    }

    function forwardThroughHelper(address target, bytes calldata data) external {
        _delegate(target, data);
    }

    function _delegate(address to, bytes memory data) internal {
        (bool ok, ) = to.delegatecall(data); //~ HIGH: anyone can choose the code that `delegatecall` to `to` runs
        require(ok);
    }

    function setOpen(address target) external {
        open = target;
    }

    function forwardToOpen(bytes calldata data) external {
        (bool ok, ) = open.delegatecall(data); //~ HIGH: anyone can choose the code that `delegatecall` to `open` runs
        require(ok);
    }

    function forwardInAssembly(address target) external {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0) //~ HIGH: anyone can choose
            if iszero(ok) { revert(0, 0) }
        }
    }

    function setImplementation(address target) external onlyOwner {
        implementation = target;
    }

    function forwardToImplementation(bytes calldata data) external {
        (bool ok, ) = implementation.delegatecall(data);
        require(ok);
    }

    function forwardByOwner(address target, bytes calldata data) external onlyOwner {
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }

    function forwardToTrusted(address target, bytes calldata data) external {
        require(trusted[target], "not trusted");
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }

    // Several calls of this contract's own functions at once.
    function multicall(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok, ) = address(this).delegatecall(calls[i]);
            require(ok);
        }
    }

    function toItself(bytes calldata data) external {
        (bool ok, ) = self.delegatecall(data);
        require(ok);
    }

    function callOnly(address target, bytes calldata data) external {
        (bool ok, ) = target.call(data);
        require(ok);
    }
}
