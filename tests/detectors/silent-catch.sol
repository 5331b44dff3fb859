// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Router {
    function swap(bytes calldata data) external returns (uint256);
    function permit(address owner) external;
}

contract Swapper {
    uint256 public out;
    event Failed();

    function swap(Router router, bytes calldata data) external {
        try router.swap(data) returns (uint256 amount) { //~ LOW: a failure of `router.swap(data)` is caught and forgotten
            out = amount;
        } catch {}
    }

    function swapOrFail(Router router, bytes calldata data) external {
        try router.swap(data) returns (uint256 amount) {
            out = amount;
        } catch {
            revert("swap failed");
        }
    }

    function swapOrTell(Router router, bytes calldata data) external {
        try router.swap(data) returns (uint256 amount) {
            out = amount;
        } catch {
            emit Failed();
        }
    }

    // Someone else may have sent it.
    function withPermit(Router token) external {
        try token.permit(msg.sender) {} catch {}
    }
}
