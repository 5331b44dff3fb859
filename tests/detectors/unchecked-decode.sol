// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Reader {
    address public token;

    function balance(address user) external view returns (uint256) {
        (bool ok, bytes memory data) = token.staticcall(abi.encodeWithSignature("balanceOf(address)", user));
        require(ok);
        return abi.decode(data, (uint256)); //~ LOW: `data` is decoded whatever its length
    }

    function execute(bytes calldata order) external pure returns (address to, uint256 amount) {
        (to, amount) = abi.decode(order, (address, uint256)); //~ INFO: `order` is decoded whatever its length
    }

    function balanceChecked(address user) external view returns (uint256) {
        (bool ok, bytes memory data) = token.staticcall(abi.encodeWithSignature("balanceOf(address)", user));
        require(ok && data.length == 32);
        return abi.decode(data, (uint256));
    }

    function executeChecked(bytes calldata order) external pure returns (address to, uint256 amount) {
        require(order.length == 64);
        (to, amount) = abi.decode(order, (address, uint256));
    }

    function _inner(bytes memory own) internal pure returns (uint256) {
        return abi.decode(own, (uint256));
    }

    function roundTrip(uint256 a) external pure returns (uint256) {
        bytes memory own = abi.encode(a);
        return abi.decode(own, (uint256));
    }
}
