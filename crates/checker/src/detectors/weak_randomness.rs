//! # Weak randomness
//!
//! ## What it does
//! Looks for numbers that are drawn from what the block says: a hash over `block.timestamp` or `block.prevrandao` that becomes
//! a number, `blockhash` as a number, a remainder of either.
//!
//! ## Why it is bad
//! Everyone in the same block sees the same values, so a contract can work out the draw and play only when it wins. Whoever
//! proposes the block can also choose among some of them.
//!
//! ## Example
//! ```solidity
//! uint256 winner = uint256(keccak256(abi.encode(block.timestamp, msg.sender))) % players.length;
//! ```
//! Take the number from an oracle, or from values that were committed to before:
//! ```solidity
//! uint256 winner = vrfAnswer % players.length;
//! ```
//!
//! ## Known gaps
//! - `block.timestamp % period` is clockwork and not reported, unless the period is a small number.
//! - A block's value that is stored and used later is not followed.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{Randomness, Taint};

pub(super) const DETECTOR: Detector = Detector {
    id: "weak-randomness",
    title: "a random number is drawn from the block",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-024",
    also: &[],
    swc: Some("SWC-120"),
    source: include_str!("weak_randomness.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for Randomness { place, site, taint, text } in context.all().flat_map(|facts| &facts.randomness) {
        let Some(at) = context.in_main(&[*place, *site]) else { continue };
        let source = if taint.has(Taint::BLOCK) { "the block" } else { "the block's time or number" };
        let report = Report {
            severity: Severity::Medium,
            confidence: if taint.has(Taint::BLOCK | Taint::HASH) { Confidence::Medium } else { Confidence::Low },
            message: format!("`{text}` is no random number, it follows from {source}"),
            note: "a contract in the same block works out the same number before it plays".to_owned(),
            help: "take randomness from an oracle such as a VRF, or from a commitment made before".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, at, report));
    }
}
