// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

contract Holders {
    using EnumerableSet for EnumerableSet.AddressSet;

    EnumerableSet.AddressSet private holders;
    EnumerableSet.AddressSet private others;
    mapping(address => bool) public isGone;

    function clear() external {
        for (uint256 i = 0; i < holders.length(); i++) {
            holders.remove(holders.at(i)); //~ MEDIUM: `holders.remove(holders.at(i))` shrinks the set that the loop walks
        }
    }

    function sweep() external {
        for (uint256 i = 0; i < holders.length(); i += 1) {
            address holder = holders.at(i);
            if (isGone[holder]) EnumerableSet.remove(holders, holder); //~ MEDIUM: shrinks the set
        }
    }

    function clearFromTheEnd() external {
        for (uint256 i = holders.length(); i > 0; i--) {
            holders.remove(holders.at(i - 1));
        }
    }

    function drain() external {
        while (holders.length() > 0) {
            holders.remove(holders.at(0));
        }
    }

    function removeOne(address gone) external {
        for (uint256 i = 0; i < holders.length(); i++) {
            if (holders.at(i) == gone) {
                holders.remove(gone);
                break;
            }
        }
    }

    function removeFromOther() external {
        for (uint256 i = 0; i < others.length(); i++) {
            holders.remove(others.at(i));
        }
    }
}
