//! # Unprotected `selfdestruct`
//!
//! ## What it does
//! Looks for `selfdestruct` that anyone can reach.
//!
//! ## Why it is bad
//! Anyone sends the contract's Ether away, and on chains without EIP-6780 removes its code. What depends on it, such as
//! proxies of a shared implementation, stops for ever.
//!
//! ## Example
//! ```solidity
//! function close() external {
//!     selfdestruct(payable(msg.sender));
//! }
//! ```
//! Ask who calls:
//! ```solidity
//! function close() external onlyOwner {
//!     selfdestruct(payable(owner()));
//! }
//! ```
//!
//! ## Known gaps
//! - Whether the owner itself can be replaced by anyone is not asked.

use super::{
    Detector,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{EffectKind, Taint};

pub(super) const DETECTOR: Detector = Detector {
    id: "unprotected-selfdestruct",
    title: "anyone can destroy the contract",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-050",
    also: &["SCWE-038", "SCWE-117"],
    swc: Some("SWC-106"),
    source: include_str!("unprotected_selfdestruct.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries) {
        for effect in &facts.effects {
            let EffectKind::SelfDestruct(receiver) = effect.kind else { continue };
            if !facts.is_entry || facts.is_authorised(&effect.guards) {
                continue;
            }
            let Some(place) = context.in_main(&[effect.place, effect.site]) else { continue };
            let takes = if receiver.has(Taint::SENDER | Taint::PARAM) { " and take its Ether" } else { "" };
            let report = Report {
                severity: Severity::High,
                confidence: Confidence::High,
                message: format!("anyone can destroy the contract{takes} through `{}`", facts.name),
                note: "nothing on the way to `selfdestruct` asks who calls".to_owned(),
                help: "let only an owner or a role reach it, or remove it".to_owned(),
                fix: edits::only_owner(context, facts.function),
                trace: vec![(effect.place, "the contract ends here".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}
