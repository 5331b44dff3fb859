// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IOracle {
    function getPrice() external view returns (uint256);
}

contract One {
    IOracle oracle;

    function getPrice() external view returns (uint256) {
        return oracle.getPrice(); //~ INFO: rests on one source
    }
}

contract Several {
    IOracle[] oracles;

    function getPrice() external view returns (uint256) {
        uint256 total;
        for (uint256 i = 0; i < oracles.length; i++) total += oracles[i].getPrice();
        return total / oracles.length;
    }

    function priceOf(uint256 at) external view returns (uint256) {
        return oracles[at].getPrice();
    }
}
