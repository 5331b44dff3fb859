// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Runner {
    address public owner = msg.sender;
    address public immutable target = msg.sender;
    mapping(address => bool) public allowed;

    function run(address to, bytes calldata data) external {
        (bool ok, ) = to.call(data); //~ MEDIUM: anyone chooses both `to` and the data
        require(ok);
    }

    function runFixed(bytes calldata data) external {
        (bool ok, ) = target.call(data);
        require(ok);
    }

    function runAsOwner(address to, bytes calldata data) external {
        require(msg.sender == owner);
        (bool ok, ) = to.call(data);
        require(ok);
    }

    function runAllowed(address to, bytes calldata data) external {
        require(allowed[to]);
        (bool ok, ) = to.call(data);
        require(ok);
    }

    function ping(address to) external {
        (bool ok, ) = to.call(abi.encodeWithSignature("ping()"));
        require(ok);
    }
}
