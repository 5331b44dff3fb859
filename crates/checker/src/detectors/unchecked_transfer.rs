//! # Unchecked transfer
//!
//! ## What it does
//! Looks for `transfer` and `transferFrom` of an ERC-20 token whose result nothing looks at.
//!
//! ## Why it is bad
//! Some tokens return `false` instead of reverting. A deposit is then credited although no token came.
//!
//! ## Example
//! ```solidity
//! token.transferFrom(msg.sender, address(this), amount);
//! deposits[msg.sender] += amount;
//! ```
//! Use OpenZeppelin's `SafeERC20`, which also takes tokens that return nothing:
//! ```solidity
//! token.safeTransferFrom(msg.sender, address(this), amount);
//! deposits[msg.sender] += amount;
//! ```
//!
//! ## Known gaps
//! - Wrapped Ether reverts on failure and is left out, by its name.
//! - When the token's declaration is not at hand, its type's name decides whether it is an ERC-20.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{CallKind, ExternalCall};

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-transfer",
    title: "the result of an ERC-20 transfer is ignored",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-048",
    also: &[],
    swc: Some("SWC-104"),
    source: include_str!("unchecked_transfer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in context.all().flat_map(|facts| &facts.calls) {
        let Some(name) = call.function.as_deref().filter(|name| matches!(*name, "transfer" | "transferFrom")) else {
            continue;
        };
        let Some(confidence) = confidence(call) else { continue };
        if call.place.file != 0 || !context.is_discarded(call.place) {
            continue;
        }
        let safe = if name == "transfer" { "safeTransfer" } else { "safeTransferFrom" };
        let report = Report {
            severity: Severity::Medium,
            confidence,
            message: format!("the result of `{name}` on `{}` is ignored", call.target),
            note: "a token may return `false` instead of reverting, and nothing has moved then".to_owned(),
            help: format!("use `{safe}` of OpenZeppelin's `SafeERC20`, or require the returned `bool`"),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, call.place, report));
    }
}

/// How sure it is that this is an ERC-20 token that may return `false`.
fn confidence(call: &ExternalCall) -> Option<Confidence> {
    let name = call.target_type.to_ascii_uppercase();
    if call.kind != CallKind::HighLevel || name.contains("WETH") || name.contains("721") || name.contains("1155") {
        return None;
    }
    match call.returns_bool {
        Some(true) => Some(Confidence::High),
        Some(false) => None,
        None if name.contains("ERC20") || name.contains("TOKEN") => Some(Confidence::Medium),
        None => None,
    }
}
