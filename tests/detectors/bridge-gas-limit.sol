// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

abstract contract Sender {
    function _lzSend(uint16 chain, bytes memory payload, address payable back, address zro, bytes memory params, uint256 fee) internal virtual;

    function open(uint16 chain, bytes calldata payload, bytes calldata adapterParams) external payable {
        _lzSend(chain, payload, payable(msg.sender), address(0), adapterParams, msg.value); //~ LOW: nothing asks how much gas
    }

    function limited(uint16 chain, bytes calldata payload, bytes calldata adapterParams) external payable {
        require(adapterParams.length == 34 && gasOf(adapterParams) >= 200000);
        _lzSend(chain, payload, payable(msg.sender), address(0), adapterParams, msg.value);
    }

    function fixedGas(uint16 chain, bytes calldata payload) external payable {
        _lzSend(chain, payload, payable(msg.sender), address(0), abi.encodePacked(uint16(1), uint256(200000)), msg.value);
    }

    function gasOf(bytes calldata params) internal pure returns (uint256) {
        return uint256(bytes32(params[2:34]));
    }
}
