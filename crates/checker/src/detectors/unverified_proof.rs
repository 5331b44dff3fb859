//! # Unverified proof
//!
//! ## What it does
//! Looks for functions that anyone may call, which change state, and whose parameter is named for a hash, a proof or a
//! signature that the body never reads.
//!
//! ## Why it is bad
//! The parameter promises a check that is not there. Whoever calls passes anything.
//!
//! ## Example
//! ```solidity
//! function claim(uint256 amount, bytes32[] calldata proof) external {
//!     _mint(msg.sender, amount);
//! }
//! ```
//! Verify it first:
//! ```solidity
//! function claim(uint256 amount, bytes32[] calldata proof) external {
//!     require(MerkleProof.verify(proof, root, _leaf(msg.sender, amount)));
//!     _mint(msg.sender, amount);
//! }
//! ```
//!
//! ## Known gaps
//! - Overrides are left out: their parameters are given by an interface.
//! - A parameter that is read and not verified is not reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{asks_caller, has_word, is_open_door, mentions},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::TypeNameKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "unverified-proof",
    title: "a hash, proof or signature is taken and never looked at",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-026",
    also: &[],
    swc: None,
    source: include_str!("unverified_proof.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function) && !view.function.is_override) {
        for param in &view.function.params {
            let is_bytes =
                matches!(param.ty.kind, TypeNameKind::FixedBytes(32) | TypeNameKind::Bytes | TypeNameKind::Array(..));
            let name = param.name.as_str();
            if !is_bytes || !has_word(name, &["hash", "digest", "proof", "signature", "merkle"]) {
                continue;
            }
            let is_passed_on =
                view.function.modifiers.iter().flat_map(|modifier| &modifier.args).any(|arg| mentions(arg, name));
            if is_passed_on || asks_caller_only(view) || view.exprs().iter().any(|(expr, _)| mentions(expr, name)) {
                continue;
            }
            let report = Report {
                message: format!("`{}` takes `{name}` and never looks at it", view.function.name),
                note: "whoever calls passes anything, the check that the parameter promises is not there".to_owned(),
                help: "compare it with what it should be, or verify it, before anything else".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(param.span), report));
        }
    }
}

/// Whether a chosen caller answers for what is passed.
fn asks_caller_only(view: &super::view::View<'_>) -> bool {
    !view.function.modifiers.is_empty() && asks_caller(view)
}
