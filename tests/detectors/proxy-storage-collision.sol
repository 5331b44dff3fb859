// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Forwarder {
    address public target; //~ MEDIUM: `target` of the proxy `Forwarder` lies where its logic keeps variables
    address public admin;

    constructor(address target_) {
        target = target_;
    }

    fallback() external payable {
        (bool ok, ) = target.delegatecall(msg.data);
        require(ok);
    }
}

contract SlotProxy {
    bytes32 private constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(SLOT), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}

contract FixedProxy {
    address private immutable implementation;

    constructor(address implementation_) {
        implementation = implementation_;
    }

    fallback() external payable {
        (bool ok, ) = implementation.delegatecall(msg.data);
        require(ok);
    }
}

contract ProxyRegistry {
    mapping(address => address) public proxies;

    function register(address proxy) external {
        proxies[msg.sender] = proxy;
    }
}
