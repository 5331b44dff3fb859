//! # Incorrect ERC721 interface
//!
//! ## What it does
//! Looks for functions of ERC721 that return something else than the standard says.
//!
//! ## Why it is bad
//! Contracts that know the standard decode the result as it says. They revert when nothing or something else comes, and
//! tokens are stuck.
//!
//! ## Example
//! ```solidity
//! function ownerOf(uint256 id) external view returns (bool);
//! ```
//! Return what the standard says:
//! ```solidity
//! function ownerOf(uint256 id) external view returns (address);
//! ```
//!
//! ## Known gaps
//! - Only contracts whose own name or base says that they are an ERC721 are looked at.

use super::standard::{self, Signature};
use super::{Detector, context::Context};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-erc721-interface",
    title: "a function of ERC721 should return the wrong type",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-080",
    also: &[],
    swc: None,
    source: include_str!("incorrect_erc721_interface.rs"),
    check,
};

const SIGNATURES: &[Signature] = &[
    ("balanceOf", &["address"], "uint256"),
    ("ownerOf", &["uint256"], "address"),
    ("safeTransferFrom", &["address", "address", "uint256"], ""),
    ("safeTransferFrom", &["address", "address", "uint256", "bytes"], ""),
    ("transferFrom", &["address", "address", "uint256"], ""),
    ("approve", &["address", "uint256"], ""),
    ("setApprovalForAll", &["address", "bool"], ""),
    ("getApproved", &["uint256"], "address"),
    ("isApprovedForAll", &["address", "address"], "bool"),
    ("supportsInterface", &["bytes4"], "bool"),
];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    standard::check(context, findings, &DETECTOR, ("ERC721", SIGNATURES));
}
