// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IPair {
    function getReserves() external view returns (uint112, uint112, uint32);
    function price0CumulativeLast() external view returns (uint256);
}

contract Prices {
    IPair pair;
    uint256 lastCumulative;

    function getPrice() external view returns (uint256) {
        (uint112 r0, uint112 r1,) = pair.getReserves(); //~ MEDIUM: one transaction can move
        return uint256(r1) * 1e18 / r0;
    }

    function averagePrice(uint256 elapsed) external view returns (uint256) {
        return (pair.price0CumulativeLast() - lastCumulative) / elapsed;
    }

    function reserves() external view returns (uint112 r0, uint112 r1) {
        (r0, r1,) = pair.getReserves();
    }
}
