//! # Message without a chain
//!
//! ## What it does
//! Looks for functions that anyone may call, which take a message or a transaction as bytes and never ask about its chain.
//!
//! ## Why it is bad
//! After a split of the chain, and on every other chain with the same contract, the same message is good as well.
//!
//! ## Example
//! ```solidity
//! function processMessage(bytes calldata data) external {
//!     _execute(data);
//! }
//! ```
//! Ask for which chain it is:
//! ```solidity
//! function processMessage(bytes calldata data, uint256 chain) external {
//!     require(chain == block.chainid);
//!     _execute(data);
//! }
//! ```
//!
//! ## Known gaps
//! - The names of the function and of its parameter decide.
//! - Any name with `chain`, `domain` or `source` in it counts.

use super::{
    Detector,
    context::{Context, Report},
    shape::{asks_caller, is_open_door, speaks_of},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::TypeNameKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "unbound-message",
    title: "a message does not say for which chain it is",
    severity: Severity::Low,
    confidence: Confidence::Low,
    scwe: "SCWE-033",
    also: &["SCWE-022", "SCWE-107"],
    swc: None,
    source: include_str!("unbound_message.rs"),
    check,
};

/// What functions are called that carry out messages.
const NAMES: [&str; 15] = [
    "deliver",
    "delivermessage",
    "receive",
    "receivemessage",
    "processmessage",
    "handlemessage",
    "executemessage",
    "relaymessage",
    "processtransaction",
    "onmessagereceived",
    "handle",
    "receivepayload",
    "finalizemessage",
    "finalizedeposit",
    "finalizewithdrawal",
];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| carries_message(view)) {
        if !asks_caller(view) && !speaks_of(view, &["chain", "domain", "source", "origin", "srceid"]) {
            let report = Report {
                message: format!("`{}` never asks for which chain the message is", view.function.name),
                note: "after a split, or on another chain with this contract, the same message is good again"
                    .to_owned(),
                help: "make the chain part of the message and compare it with `block.chainid`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
        }
    }
}

/// Whether anyone may pass a message in bytes to a function whose name says that it carries messages out.
pub(super) fn carries_message(view: &View<'_>) -> bool {
    let name = view.function.name.trim_matches('_').to_ascii_lowercase();
    is_open_door(view.function)
        && NAMES.contains(&name.as_str())
        && view.function.params.iter().any(|param| matches!(param.ty.kind, TypeNameKind::Bytes))
}
