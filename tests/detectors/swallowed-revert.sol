// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Caller {
    error Failed();

    function silent(address target, bytes calldata data) external {
        (bool ok, ) = target.call(data); //~ INFO: the reason why `target.call(data)` fails is thrown away
        require(ok, "call failed");
    }

    function asked(address target, bytes calldata data) external view {
        (bool ok, ) = target.staticcall(data); //~ INFO: is thrown away
        if (!ok) revert Failed();
    }

    function handedOn(address target, bytes calldata data) external {
        (bool ok, bytes memory answer) = target.call(data);
        if (!ok) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function paid(address target) external payable {
        (bool ok, ) = target.call{value: msg.value}("");
        require(ok, "not paid");
    }

    function tried(address target, bytes calldata data) external returns (bool) {
        (bool ok, ) = target.call(data);
        return ok;
    }
}
