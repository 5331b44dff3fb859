// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// Not installed here: the name of the type decides.
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

interface IERC20 {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

interface INft {
    function transferFrom(address from, address to, uint256 id) external;
}

interface IWETH is IERC20 {
    function deposit() external payable;
}

library SafeERC20 {
    function safeTransfer(IERC20 token, address to, uint256 amount) internal {
        (bool ok, bytes memory data) = address(token).call(abi.encodeCall(token.transfer, (to, amount)));
        require(ok && (data.length == 0 || abi.decode(data, (bool))));
    }
}

contract Vault {
    using SafeERC20 for IERC20;

    IERC20 public token;
    INft public nft;
    IWETH public weth;
    mapping(address => uint256) public deposits;

    function depositBlindly(uint256 amount) external {
        token.transferFrom(msg.sender, address(this), amount); //~ MEDIUM: the result of `transferFrom` on `token` is ignored
        deposits[msg.sender] += amount;
    }

    function withdrawBlindly(uint256 amount) external {
        deposits[msg.sender] -= amount;
        IERC20(token).transfer(msg.sender, amount); //~ MEDIUM: the result of `transfer` on `IERC20(token)` is ignored
    }

    function keepAndForget(uint256 amount) external {
        deposits[msg.sender] -= amount;
        bool ok = token.transfer(msg.sender, amount); //~ MEDIUM: the result of `transfer`
    }

    function payWithMissingImport(IERC20Metadata other, uint256 amount) external {
        other.transfer(msg.sender, amount); //~ MEDIUM: the result of `transfer` on `other` is ignored
    }

    function deposit(uint256 amount) external {
        require(token.transferFrom(msg.sender, address(this), amount), "transfer failed");
        deposits[msg.sender] += amount;
    }

    function withdraw(uint256 amount) external {
        deposits[msg.sender] -= amount;
        token.safeTransfer(msg.sender, amount);
    }

    function withdrawChecked(uint256 amount) external {
        deposits[msg.sender] -= amount;
        bool ok = token.transfer(msg.sender, amount);
        if (!ok) revert("transfer failed");
    }

    function forward(uint256 amount) external returns (bool) {
        deposits[msg.sender] -= amount;
        return token.transfer(msg.sender, amount);
    }

    // An NFT's `transferFrom` returns nothing.
    function takeNft(uint256 id) external {
        nft.transferFrom(msg.sender, address(this), id);
    }

    // Wrapped Ether reverts.
    function takeWeth(uint256 amount) external {
        weth.transferFrom(msg.sender, address(this), amount);
    }

    // Ether, not a token.
    function pay(address payable to) external payable {
        to.transfer(msg.value);
    }
}
