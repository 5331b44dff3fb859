//! # Replayed message
//!
//! ## What it does
//! Looks for functions that anyone may call, which carry out a message that other code made, and neither ask for a nonce nor
//! remember what they carried out.
//!
//! ## Why it is bad
//! A message is public. Delivered twice, it mints or pays twice.
//!
//! ## Example
//! ```solidity
//! function receiveMessage(bytes calldata payload) external {
//!     _execute(payload);
//! }
//! ```
//! Count messages by where they come from:
//! ```solidity
//! function receiveMessage(uint256 chain, uint256 nonce, bytes calldata payload) external {
//!     require(nonce == nonces[chain]++);
//!     _execute(payload);
//! }
//! ```
//!
//! ## Known gaps
//! - The names of the function and of its parameter decide.
//! - A nonce that the called function asks for is not seen.

use super::{
    Detector,
    context::{Context, Report},
    shape::{asks_caller, called, speaks_of},
    unbound_message::carries_message,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "bridge-replay",
    title: "a message of another chain can be delivered again",
    severity: Severity::High,
    confidence: Confidence::Low,
    scwe: "SCWE-133",
    also: &[],
    swc: None,
    source: include_str!("bridge_replay.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| carries_message(view)) {
        let marks =
            ["nonce", "processed", "executed", "seen", "used", "consumed", "replay", "delivered", "sequence", "done"];
        let acts = view.exprs().iter().any(|(expr, _)| {
            called(expr).is_some_and(|(name, _)| !matches!(name, "require" | "assert" | "keccak256" | "decode"))
        });
        if acts && !asks_caller(view) && !speaks_of(view, &marks) {
            let report = Report {
                message: format!("the message that `{}` carries out can be delivered again", view.function.name),
                note: "no nonce is used up and nothing remembers the message".to_owned(),
                help: "take a nonce for each source and require the next one, or remember the hash of the message"
                    .to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
        }
    }
}
