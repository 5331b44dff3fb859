// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IAsset {
    function balanceOf(address) external view returns (uint256);
    function transferFrom(address, address, uint256) external returns (bool);
}

contract Shares {
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;

    function _mint(address to, uint256 amount) internal {
        totalSupply += amount;
        balanceOf[to] += amount;
    }
}

contract Vault is Shares {
    IAsset immutable asset;

    constructor(IAsset asset_) {
        asset = asset_;
    }

    function deposit(uint256 assets) external returns (uint256 shares) {
        uint256 supply = totalSupply;
        shares = supply == 0 ? assets : assets * supply / asset.balanceOf(address(this));
        require(asset.transferFrom(msg.sender, address(this), assets));
        _mint(msg.sender, shares); //~ MEDIUM: a gift to the vault raises the price at which `deposit` issues shares
    }
}

contract VirtualVault is Shares {
    IAsset immutable asset;

    constructor(IAsset asset_) {
        asset = asset_;
    }

    function deposit(uint256 assets) external returns (uint256 shares) {
        shares = assets * (totalSupply + 1e3) / (asset.balanceOf(address(this)) + 1);
        require(asset.transferFrom(msg.sender, address(this), assets));
        _mint(msg.sender, shares);
    }
}

contract PoliteVault is Shares {
    IAsset immutable asset;

    constructor(IAsset asset_) {
        asset = asset_;
    }

    function deposit(uint256 assets, uint256 minShares) external returns (uint256 shares) {
        shares = totalSupply == 0 ? assets : assets * totalSupply / asset.balanceOf(address(this));
        require(shares >= minShares, "too few");
        require(asset.transferFrom(msg.sender, address(this), assets));
        _mint(msg.sender, shares);
    }
}
