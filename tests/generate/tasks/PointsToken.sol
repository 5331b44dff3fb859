// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Loyalty points that can be passed on, in the manner of ERC-20
contract PointsToken {
    uint256 public constant CAP = 1_000_000_000 ether;

    address public immutable issuer;
    uint256 public totalSupply;
    mapping(address account => uint256 points) public balanceOf;
    mapping(address holder => mapping(address spender => uint256 points)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed holder, address indexed spender, uint256 value);

    error NotIssuer(address caller);
    error ZeroAddress();
    error CapExceeded(uint256 wanted);
    error InsufficientBalance(uint256 available, uint256 needed);
    error InsufficientAllowance(uint256 available, uint256 needed);

    constructor() {
        issuer = msg.sender;
        totalSupply = 1000 ether;
        balanceOf[msg.sender] = 1000 ether;
        emit Transfer(address(0), msg.sender, 1000 ether);
    }

    /// @notice Creates points for an account. Only the issuer may, and the supply never passes `CAP`.
    /// @param to Account that receives the points; not the zero address.
    /// @param value Number of points to create.
    function mint(address to, uint256 value) external {
        if (msg.sender != issuer) revert NotIssuer(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        if (value > CAP - totalSupply) revert CapExceeded(value);
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    /// @notice Destroys points of the caller and lowers the supply by as many.
    /// @param value Number of points to destroy.
    function burn(uint256 value) external {
        uint256 available = balanceOf[msg.sender];
        if (available < value) revert InsufficientBalance(available, value);
        balanceOf[msg.sender] = available - value;
        totalSupply -= value;
        emit Transfer(msg.sender, address(0), value);
    }

    /// @notice Moves points from the caller to another account.
    /// @param to Account that receives the points; not the zero address.
    /// @param value Number of points to move.
    /// @return Always true.
    function transfer(address to, uint256 value) external returns (bool) {
        if (to == address(0)) revert ZeroAddress();
        uint256 available = balanceOf[msg.sender];
        if (available < value) revert InsufficientBalance(available, value);
        balanceOf[msg.sender] = available - value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }

    /// @notice Moves points from a holder who allowed the caller to. The allowance falls by as many, unless it is the greatest number, which stands for no limit.
    /// @param from Holder of the points.
    /// @param to Account that receives the points; not the zero address.
    /// @param value Number of points to move.
    /// @return Always true.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        if (to == address(0)) revert ZeroAddress();
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) revert InsufficientAllowance(allowed, value);
        uint256 available = balanceOf[from];
        if (available < value) revert InsufficientBalance(available, value);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        balanceOf[from] = available - value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
        return true;
    }

    /// @notice Raises what a spender may move of the caller's points.
    /// @param spender Account that is trusted with the points; not the zero address.
    /// @param added How much the allowance grows.
    /// @return The allowance after the change.
    function increaseAllowance(address spender, uint256 added) external returns (uint256) {
        if (spender == address(0)) revert ZeroAddress();
        uint256 raised = allowance[msg.sender][spender] + added;
        allowance[msg.sender][spender] = raised;
        emit Approval(msg.sender, spender, raised);
        return raised;
    }

    /// @notice Lowers what a spender may move of the caller's points; an allowance smaller than that becomes zero.
    /// @param spender Account whose allowance falls.
    /// @param removed How much the allowance shrinks.
    /// @return left The allowance after the change.
    function decreaseAllowance(address spender, uint256 removed) external returns (uint256 left) {
        uint256 allowed = allowance[msg.sender][spender];
        left = allowed > removed ? allowed - removed : 0;
        allowance[msg.sender][spender] = left;
        emit Approval(msg.sender, spender, left);
    }
}
