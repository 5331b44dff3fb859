//! # A signature without a deadline
//!
//! ## What it does
//! Looks for functions that anyone may call, which act on a recovered signer and never ask until when the signature is good.
//!
//! ## Why it is bad
//! Whoever holds the signature chooses when to use it: months later, at another price, after the signer changed their mind.
//!
//! ## Example
//! ```solidity
//! function execute(address signer, uint8 v, bytes32 r, bytes32 s) external {
//!     require(ecrecover(digest, v, r, s) == signer);
//! ```
//! Make a time part of what is signed, and ask for it:
//! ```solidity
//! function execute(address signer, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
//!     require(block.timestamp <= deadline, "expired");
//! ```
//!
//! ## Known gaps
//! - Any name with `deadline`, `expir`, `until` or `timestamp` in the function counts, whatever is done with it.
//! - Votes end with their proposal and are left out, and so are functions that compare something with the caller.
//! - A signature that is checked in another function is not seen.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, is_open_door, is_sender, recovers_signer, speaks_of},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::ExprKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "signature-without-deadline",
    title: "a signature never expires",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-147",
    also: &[],
    swc: None,
    source: include_str!("signature_without_deadline.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function)) {
        // The proposal ends, and the vote with it; who signs for themselves calls when they like.
        if has_word(&view.function.name, &["vote"]) || compares_sender(view) {
            continue;
        }
        let Some((expr, _)) = view.exprs().iter().find(|(expr, _)| recovers_signer(expr)) else { continue };
        if speaks_of(view, &["deadline", "expir", "timestamp", "until", "validto", "validbefore", "endtime"]) {
            continue;
        }
        let report = Report {
            message: format!("the signature that `{}` takes is good for ever", view.function.name),
            note: "whoever holds it chooses when to use it".to_owned(),
            help: "make a deadline part of what is signed, and compare it with `block.timestamp`".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
    }
}

fn compares_sender(view: &View<'_>) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, op, right) => op.is_comparison() && (is_sender(left) || is_sender(right)),
        _ => false,
    })
}
