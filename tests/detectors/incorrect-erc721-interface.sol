// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC721 {
    function ownerOf(uint256 id) external view returns (bool); //~ MEDIUM: `ownerOf` of ERC721 should return `address`
    function approve(address to, uint256 id) external returns (bool); //~ MEDIUM: `approve` of ERC721 should return nothing
    function balanceOf(address owner) external view returns (uint256);
    function transferFrom(address from, address to, uint256 id) external;
    function getApproved(uint256 id) external view returns (address);
}

interface IOther {
    function ownerOf(uint256 id) external view returns (bool);
}
