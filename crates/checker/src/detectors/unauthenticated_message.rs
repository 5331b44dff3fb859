//! # A message from anyone
//!
//! ## What it does
//! Looks for functions that anyone may call, which take a message of another system as bytes, carry it out, and ask neither who
//! calls nor who wrote it: no sender, no signature, no proof, no source.
//!
//! ## Why it is bad
//! Whoever calls writes the message. What the other chain locked, burned or decided does not matter.
//!
//! ## Example
//! ```solidity
//! function deliver(bytes calldata payload) external {
//!     _process(payload);
//! }
//! ```
//! Ask for the messenger, or for a proof:
//! ```solidity
//! function deliver(bytes calldata payload, bytes[] calldata signatures) external {
//!     require(_verify(payload, signatures) >= QUORUM, "no proof");
//!     _process(payload);
//! }
//! ```
//!
//! ## Known gaps
//! - The names of the function and of its parameter decide.
//! - A check inside of the function that the message is handed to is not seen.

use super::{
    Detector,
    context::{Context, Report},
    shape::{asks_caller, speaks_of},
    unbound_message::carries_message,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "unauthenticated-message",
    title: "a message is carried out whoever wrote it",
    severity: Severity::Medium,
    confidence: Confidence::Low,
    scwe: "SCWE-023",
    also: &["SCWE-108"],
    swc: None,
    source: include_str!("unauthenticated_message.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let proofs =
        ["verif", "proof", "sig", "signer", "recover", "valid", "source", "src", "trusted", "origin", "quorum", "auth"];
    for view in context.views.iter().filter(|view| carries_message(view)) {
        if asks_caller(view) || speaks_of(view, &proofs) {
            continue;
        }
        let report = Report {
            message: format!("`{}` carries out a message, whoever wrote it", view.function.name),
            note: "it asks neither who calls nor for a signature, a proof or a source".to_owned(),
            help: "let only the messenger call it, or verify a proof of the message first".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
    }
}
