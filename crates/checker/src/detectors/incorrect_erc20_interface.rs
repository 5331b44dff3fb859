//! # Incorrect ERC20 interface
//!
//! ## What it does
//! Looks for functions of ERC20 that return something else than the standard says.
//!
//! ## Why it is bad
//! Contracts that know the standard decode the result as it says. They revert when nothing or something else comes, and
//! tokens are stuck.
//!
//! ## Example
//! ```solidity
//! function transfer(address to, uint256 amount) external;
//! ```
//! Return what the standard says:
//! ```solidity
//! function transfer(address to, uint256 amount) external returns (bool);
//! ```
//!
//! ## Known gaps
//! - Only contracts whose own name or base says that they are an ERC20 are looked at.

use super::standard::{self, Signature};
use super::{Detector, context::Context};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-erc20-interface",
    title: "a function of ERC20 should return the wrong type",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-080",
    also: &[],
    swc: None,
    source: include_str!("incorrect_erc20_interface.rs"),
    check,
};

const SIGNATURES: &[Signature] = &[
    ("transfer", &["address", "uint256"], "bool"),
    ("transferFrom", &["address", "address", "uint256"], "bool"),
    ("approve", &["address", "uint256"], "bool"),
    ("allowance", &["address", "address"], "uint256"),
    ("balanceOf", &["address"], "uint256"),
    ("totalSupply", &[], "uint256"),
];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    standard::check(context, findings, &DETECTOR, ("ERC20", SIGNATURES));
}
