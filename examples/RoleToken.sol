// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title An ERC-20 token with roles
/// @notice Six functions are stubs for Solwright to write; two others carry a planted vulnerability.
contract RoleToken {
    bytes32 public constant ADMIN_ROLE = keccak256("ADMIN_ROLE");
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    string public name;
    string public symbol;
    uint8 public constant decimals = 18;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(bytes32 => mapping(address => bool)) private _roles;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);

    modifier onlyRole(bytes32 role) {
        require(_roles[role][msg.sender], "RoleToken: missing role");
        _;
    }

    constructor(string memory name_, string memory symbol_) {
        name = name_;
        symbol = symbol_;
        _roles[ADMIN_ROLE][msg.sender] = true;
    }

    /// @notice Returns whether an account has a role
    /// @param role The role
    /// @param account The account to query
    /// @return True if the account has the role
    function hasRole(bytes32 role, address account) public view returns (bool) {}

    /// @notice Grants a role to an account
    /// @dev Can only be called by an admin
    /// @param role The role to grant
    /// @param account The account that receives the role
    function grantRole(bytes32 role, address account) external onlyRole(ADMIN_ROLE) {}

    /// @notice Approves a spender to spend the caller's tokens
    /// @param spender The address of the spender
    /// @param value The amount of tokens to approve
    /// @return True if the operation succeeded
    function approve(address spender, uint256 value) external returns (bool) {}

    /// @notice Transfers tokens from the caller to an account
    /// @param to The address of the recipient
    /// @param value The amount of tokens to transfer
    /// @return True if the operation succeeded
    function transfer(address to, uint256 value) external returns (bool) {
        // TODO
    }

    /// @notice Creates tokens and assigns them to an account, increasing the total supply
    /// @dev Can only be called by a minter
    /// @param to The address of the recipient
    /// @param amount The amount of tokens to mint
    function mint(address to, uint256 amount) external onlyRole(MINTER_ROLE) {}

    /// @notice Destroys tokens of the caller, reducing the total supply
    /// @param amount The amount of tokens to burn
    function burn(uint256 amount) external {}

    /// @notice Gives a random holder a bonus
    /// @param holders The holders to choose from
    /// @param bonus The tokens to create for the winner
    function luckyDraw(address[] calldata holders, uint256 bonus) external onlyRole(MINTER_ROLE) {
        // Planted: whoever builds the block chooses the winner
        uint256 winner = uint256(keccak256(abi.encodePacked(block.timestamp, block.prevrandao))) % holders.length;
        balanceOf[holders[winner]] += bonus;
        totalSupply += bonus;
        emit Transfer(address(0), holders[winner], bonus);
    }

    /// @notice Runs a plug-in in the token's own storage
    /// @param plugin The contract that holds the code
    /// @param data The call to make
    function execute(address plugin, bytes calldata data) external returns (bytes memory) {
        // Planted: anyone may choose the code that runs here
        (bool ok, bytes memory result) = plugin.delegatecall(data);
        require(ok, "RoleToken: plug-in failed");
        return result;
    }
}
