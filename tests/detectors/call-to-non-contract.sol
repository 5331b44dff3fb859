// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Registry {
    address public immutable fixedPlugin = msg.sender;

    function run(address plugin) external {
        (bool ok, ) = plugin.call(abi.encodeWithSignature("run()")); //~ LOW: this call succeeds when there is no contract at `plugin`
        require(ok);
    }

    function runChecked(address plugin) external {
        require(plugin.code.length > 0, "no code");
        (bool ok, ) = plugin.call(abi.encodeWithSignature("run()"));
        require(ok);
    }

    function runFixed() external {
        (bool ok, ) = fixedPlugin.call(abi.encodeWithSignature("run()"));
        require(ok);
    }

    // An account may be paid.
    function pay(address payable to) external payable {
        (bool ok, ) = to.call{value: msg.value}("");
        require(ok);
    }
}
