//! # Weak hash
//!
//! ## What it does
//! Looks for `ripemd160` and `sha256`.
//!
//! ## Why it is bad
//! `ripemd160` has 160 bits, too few against collisions that someone searches for. `sha256` can be extended: who knows the hash
//! of a secret and its length computes the hash of the secret followed by more. Both are calls to other contracts of the chain.
//!
//! ## Example
//! ```solidity
//! return ripemd160(data);
//! ```
//! Use the hash of the chain itself:
//! ```solidity
//! return keccak256(data);
//! ```
//!
//! ## Known gaps
//! - Where another system asks for the hash, such as Bitcoin, it is right; silence it there.

use super::{
    Detector,
    context::{Context, Report},
    shape::called,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "weak-hash",
    title: "a hash with known weaknesses",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-027",
    also: &[],
    swc: None,
    source: include_str!("weak_hash.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let (name, severity, note) = match called(expr) {
                Some(("ripemd160", [_])) => {
                    ("ripemd160", Severity::Low, "160 bits are too few against a collision that someone searches for")
                }
                Some(("sha256", [_])) => (
                    "sha256",
                    Severity::Info,
                    "its hash of a secret can be extended, and it costs more than `keccak256`",
                ),
                _ => continue,
            };
            let report = Report {
                severity,
                message: format!("`{name}` hashes where `keccak256` could"),
                note: note.to_owned(),
                help: "use `keccak256`, unless another system asks for this hash".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
