// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Paused {
    bool public paused;

    function pay(uint256) public virtual {
        require(!paused, "paused");
    }
}

contract Taxed {
    uint256 public tax;

    function pay(uint256 amount) public virtual {
        tax += amount / 100;
    }
}

contract Half is Paused, Taxed {
    function pay(uint256 amount) public override(Paused, Taxed) { //~ LOW: `pay` leaves out `Taxed.pay`
        Paused.pay(amount);
    }
}

contract Both is Paused, Taxed {
    function pay(uint256 amount) public override(Paused, Taxed) {
        Paused.pay(amount);
        Taxed.pay(amount);
    }
}

contract InOrder is Paused, Taxed {
    function pay(uint256 amount) public override(Paused, Taxed) {
        super.pay(amount);
    }
}

contract Replaced is Paused, Taxed {
    uint256 public paid;

    function pay(uint256 amount) public override(Paused, Taxed) {
        paid += amount;
    }
}
