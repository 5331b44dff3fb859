// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// Not installed here: the names of the modifiers speak.
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

contract Closable {
    address public owner = msg.sender;
    mapping(address => bool) public isAdmin;
    bool public over;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    modifier onlyNobody() {
        _;
    }

    function close() external {
        selfdestruct(payable(msg.sender)); //~ HIGH: anyone can destroy the contract and take its Ether through `close`
    }

    function closeLater() external {
        require(over, "not over");
        _close();
    }

    function _close() internal {
        selfdestruct(payable(owner)); //~ HIGH: anyone can destroy the contract through `closeLater`
    }

    function closeBehindAnEmptyModifier() external onlyNobody {
        selfdestruct(payable(owner)); //~ HIGH: anyone can destroy the contract
    }

    function closeInAssembly() external {
        assembly {
            selfdestruct(caller()) //~ HIGH: anyone can destroy the contract and take its Ether
        }
    }

    function closeByOwner() external onlyOwner {
        selfdestruct(payable(owner));
    }

    function closeByIf() external {
        if (msg.sender != owner) revert("not owner");
        selfdestruct(payable(owner));
    }

    function closeByBranch() external {
        if (owner == msg.sender) {
            selfdestruct(payable(owner));
        }
    }

    function closeByList() external {
        require(isAdmin[msg.sender]);
        selfdestruct(payable(owner));
    }

    function closeByHelper() external {
        _checkCaller();
        selfdestruct(payable(owner));
    }

    function _checkCaller() internal view {
        require(_sender() == owner);
    }

    function _sender() internal view returns (address) {
        return msg.sender;
    }

    function closeByAssembly() external {
        assembly {
            if iszero(eq(caller(), sload(owner.slot))) { revert(0, 0) }
            selfdestruct(caller())
        }
    }
}

contract Roles is AccessControl {
    bytes32 public constant CLOSER = keccak256("CLOSER");

    function closeByRole() external onlyRole(CLOSER) {
        selfdestruct(payable(msg.sender));
    }

    function closeByCheck() external {
        _checkRole(CLOSER);
        selfdestruct(payable(msg.sender));
    }

    function closeByAnswer() external {
        require(hasRole(CLOSER, msg.sender), "not a closer");
        selfdestruct(payable(msg.sender));
    }
}
