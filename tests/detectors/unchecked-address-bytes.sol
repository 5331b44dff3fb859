// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Bridge {
    function send(bytes32 destination) external payable {
        address to = address(uint160(uint256(destination))); //~ LOW: the upper 12 bytes of `destination` are cut off unchecked
        payable(to).transfer(msg.value);
    }

    // A digest is as long as it is.
    function derive(bytes32 salt) external pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(salt)))));
    }

    function plain(uint160 word) external pure returns (address) {
        return address(word);
    }
}

contract Careful {
    function send(bytes32 destination) external payable {
        require(uint256(destination) >> 160 == 0);
        _send(destination);
    }

    function _send(bytes32 destination) internal {
        payable(address(uint160(uint256(destination)))).transfer(msg.value);
    }
}
