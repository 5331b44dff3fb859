//! # Empty fallback
//!
//! ## What it does
//! Looks for a `fallback` that takes no Ether and does nothing.
//!
//! ## Why it is bad
//! A call to a function that the contract does not have succeeds. A caller that asks for `transfer` or `redeem` by
//! mistake is told that it was done.
//!
//! ## Example
//! ```solidity
//! fallback() external {}
//! ```
//! Leave it out, or refuse:
//! ```solidity
//! fallback() external { revert(); }
//! ```
//!
//! ## Known gaps
//! - An empty payable fallback is how contracts took Ether before `receive`, and is left out.

use super::{
    Detector,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{FunctionKind, Mutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "empty-fallback",
    title: "a fallback swallows calls",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-043",
    also: &[],
    swc: None,
    source: include_str!("empty_fallback.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for function in context.views.iter().map(|view| view.function) {
        let is_empty = function.body.as_ref().is_some_and(|body| body.stmts.is_empty());
        let swallows = function.kind == FunctionKind::Fallback && function.mutability != Mutability::Payable;
        if !swallows || !is_empty || !function.modifiers.is_empty() || function.is_virtual {
            continue;
        }
        let body = function.body.as_ref().and_then(|body| body.span);
        let report = Report {
            message: "calls of functions that do not exist succeed and do nothing".to_owned(),
            note: "callers take the success for a sign that what they asked for was done".to_owned(),
            help: "remove the fallback, or let it revert".to_owned(),
            fix: body.and_then(|body| {
                // Remarks in it stay.
                let code = if body.len() == 2 { " revert(); " } else { " revert();" };
                edits::fix("Let it revert", vec![edits::insert(body.start + 1, code)])
            }),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(function.span), report));
    }
}
