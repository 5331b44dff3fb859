// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface INft {
    function burn(uint256 id) external;
}

contract Gateway {
    mapping(uint256 => address) ownerOf;
    event Sent(uint256 id);

    function withdrawNFT(uint256 tokenId) external { //~ HIGH: leaves it here as well
        require(ownerOf[tokenId] == msg.sender);
        emit Sent(tokenId);
    }

    function withdrawBurned(INft token, uint256 tokenId) external {
        require(ownerOf[tokenId] == msg.sender);
        token.burn(tokenId);
        emit Sent(tokenId);
    }

    function withdrawForgotten(uint256 tokenId) external {
        require(ownerOf[tokenId] == msg.sender);
        delete ownerOf[tokenId];
        emit Sent(tokenId);
    }
}
