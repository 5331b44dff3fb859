// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Chest {
    address payable treasury; //~ LOW: `treasury` is read, and nothing ever sets it
    uint256 limit; //~ LOW: `limit` is read
    mapping(address => bool) allowed; //~ LOW: `allowed` is read

    function sweep() external {
        require(allowed[msg.sender] && address(this).balance > limit, "no");
        treasury.transfer(address(this).balance);
    }
}

contract Kept {
    struct Item {
        uint256 worth;
    }

    address payable treasury;
    uint256 limit = 5;
    uint256 unused;
    mapping(uint256 => Item) items;
    uint256[] list;
    uint256 slotted;

    constructor(address payable treasury_) {
        treasury = treasury_;
    }

    function add(uint256 id) external {
        Item storage item = items[id];
        item.worth = list.length;
        list.push(id);
        assembly {
            let at := slotted.slot
            log1(0, 0, at)
        }
    }

    function sweep() external {
        require(items[slotted].worth > limit, "no");
        treasury.transfer(address(this).balance);
    }
}

abstract contract Base {
    address internal keeper;

    function isKeeper() public view returns (bool) {
        return msg.sender == keeper;
    }
}

contract Unfinished {
    address internal keeper;

    function isKeeper() public view returns (bool) {
        return msg.sender == keeper;
    }

    function setKeeper(address next) external {}
}

contract HalfTyped {
    address internal warden;

    function isWarden() public view returns (bool) {
        return msg.sender == warden;
    }

    function setWarden(address next) external {
        warden = next +
    }
}
