pragma solidity ^0.8.0;

contract Bank {
    mapping(address => uint256) balances;

    /// @notice Pays the caller's balance out
    function withdraw(uint256 amount) external

    /// @notice 🦊 Takes ether
    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    function close( address to

    function owner() public view returns (address) {
        return address(0);
    }

    function sweep() external {

    function sum(uint256 a, uint256 b) internal pure returns (uint256 c) {
        assembly {
            function add2(x, y) -> z { z := add(x, y) }
            c := add2(a, b)
        }
    }
}

library Maths {
    function half(uint256 a) internal pure returns (uint256)
}
