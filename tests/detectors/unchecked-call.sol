// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Calls {
    address payable public winner;
    address public implementation;
    bool public lastResult;

    event Paid(bool ok);

    function sendAndForget() external {
        winner.send(1 ether); //~ MEDIUM: the success of `send` to `winner` is ignored
    }

    function callAndForget() external {
        winner.call{value: 1 ether}(""); //~ MEDIUM: the success of `call` to `winner` is ignored
    }

    function keepTheDataOnly() external returns (bytes memory) {
        (, bytes memory data) = winner.call(""); //~ MEDIUM: the success of `call`
        return data;
    }

    function neverLookAtIt() external {
        (bool ok, ) = winner.call(""); //~ MEDIUM: the success of `call`
        ok;
    }

    function delegateAndForget(bytes calldata data) external {
        implementation.delegatecall(data); //~ MEDIUM: the success of `delegatecall` to `implementation` is ignored
    }

    function requireIt() external {
        (bool ok, ) = winner.call{value: 1 ether}("");
        require(ok, "payment failed");
    }

    function requireInPlace() external {
        require(winner.send(1 ether));
    }

    function branchOnIt() external {
        if (!winner.send(1 ether)) {
            revert("payment failed");
        }
    }

    function returnIt() external returns (bool) {
        return winner.send(1 ether);
    }

    function returnByName() external returns (bool ok) {
        (ok, ) = winner.call("");
    }

    function emitIt() external {
        (bool ok, ) = winner.call("");
        emit Paid(ok);
    }

    function storeIt() external {
        lastResult = winner.send(1 ether);
    }

    // `transfer` reverts on failure.
    function transferIt() external {
        winner.transfer(1 ether);
    }
}
