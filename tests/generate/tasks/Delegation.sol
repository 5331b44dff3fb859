// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Who speaks for whom, said in a call or by a signature
/// @dev Signatures have the short form of EIP-2098: `r`, and `vs`, whose highest bit is the parity and whose rest is `s`.
contract Delegation {
    bytes32 public constant TYPEHASH = keccak256("Delegate(address delegatee,uint256 nonce,uint256 deadline)");
    bytes32 public constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
    uint256 public constant HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    mapping(address account => address delegatee) public delegateOf;
    mapping(address account => uint256 nonce) public nonces;
    mapping(address delegatee => uint256 count) public followers;

    event Delegated(address indexed account, address indexed from, address indexed to);
    event NonceUsed(address indexed account, uint256 nonce);

    error Expired(uint256 deadline);
    error BadSignature();
    error BadNonce(uint256 expected);

    /// @notice The EIP-712 domain separator of this contract, with the name "Delegation" and no version: the hash of the encoding of `DOMAIN_TYPEHASH`, the name's hash, the chain and the contract.
    /// @return The separator on the present chain.
    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Delegation"), block.chainid, address(this)));
    }

    /// @notice The digest that is signed to delegate: the EIP-712 hash of `TYPEHASH` and its three fields under this contract's domain.
    /// @param delegatee Who is to speak.
    /// @param nonce Nonce of the signer.
    /// @param deadline Time until which the signature is good.
    /// @return The digest.
    function digestOf(address delegatee, uint256 nonce, uint256 deadline) public view returns (bytes32) {
        bytes32 fields = keccak256(abi.encode(TYPEHASH, delegatee, nonce, deadline));
        return keccak256(abi.encodePacked("\x19\x01", domainSeparator(), fields));
    }

    /// @notice The account that signed a digest, from a signature in the short form of EIP-2098. An `s` above `HIGHEST_S` and a signature that recovers no account revert with `BadSignature`.
    /// @param digest What was signed.
    /// @param r First half of the signature.
    /// @param vs Second half: parity in the highest bit, and `s`.
    /// @return signer Who signed.
    function signerOf(bytes32 digest, bytes32 r, bytes32 vs) public pure returns (address signer) {
        uint256 s = uint256(vs) & type(uint256).max >> 1;
        if (s > HIGHEST_S) revert BadSignature();
        uint8 v = uint256(vs) >> 255 == 0 ? 27 : 28;
        signer = ecrecover(digest, v, r, bytes32(s));
        if (signer == address(0)) revert BadSignature();
    }

    /// @notice Lets another account speak for the caller, or nobody when it is zero. The count of followers moves from the last delegatee to the new one; the zero address has none.
    /// @param to Who is to speak.
    function delegate(address to) external {
        _delegate(msg.sender, to);
    }

    /// @notice Delegates for whoever signed the digest of these values, until the deadline and with the signer's next nonce, which is used up.
    /// @param to Who is to speak.
    /// @param nonce Nonce of the signer.
    /// @param deadline Time until which the signature is good, itself included.
    /// @param r First half of the signature.
    /// @param vs Second half, as `signerOf` takes it.
    function delegateBySignature(address to, uint256 nonce, uint256 deadline, bytes32 r, bytes32 vs) external {
        if (block.timestamp > deadline) revert Expired(deadline);
        address signer = signerOf(digestOf(to, nonce, deadline), r, vs);
        uint256 expected = nonces[signer];
        if (nonce != expected) revert BadNonce(expected);
        nonces[signer] = expected + 1;
        _delegate(signer, to);
    }

    /// @notice Uses up the caller's next nonce, so that what was signed with it is good no more.
    /// @return next The nonce after it.
    function cancelNonce() external returns (uint256 next) {
        uint256 used = nonces[msg.sender];
        next = used + 1;
        nonces[msg.sender] = next;
        emit NonceUsed(msg.sender, used);
    }

    /// @notice Writes down that `to` speaks for `account` and keeps the counts of followers; the zero address is never counted.
    /// @param account Who is spoken for.
    /// @param to Who is to speak; zero for nobody.
    function _delegate(address account, address to) internal {
        address from = delegateOf[account];
        if (from != address(0)) followers[from] -= 1;
        if (to != address(0)) followers[to] += 1;
        delegateOf[account] = to;
        emit Delegated(account, from, to);
    }
}
