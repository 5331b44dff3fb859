//! # `msg.value` in a loop
//!
//! ## What it does
//! Looks for `msg.value` that is read in a loop.
//!
//! ## Why it is bad
//! It stays the same in every round. What was paid once is credited or spent many times.
//!
//! ## Example
//! ```solidity
//! for (uint256 i = 0; i < users.length; i++) credit[users[i]] += msg.value;
//! ```
//! Share it first:
//! ```solidity
//! uint256 share = msg.value / users.length;
//! for (uint256 i = 0; i < users.length; i++) credit[users[i]] += share;
//! ```
//!
//! ## Known gaps
//! - A value that is copied to a variable before the loop is not followed.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{FunctionKind, Mutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "msg-value-loop",
    title: "`msg.value` is used in every round of a loop",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-128",
    also: &["SCWE-075"],
    swc: None,
    source: include_str!("msg_value_loop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries) {
        let function = context.program.function(facts.function);
        if function.mutability != Mutability::Payable || function.kind == FunctionKind::Constructor {
            continue;
        }
        for &place in facts.values_in_loops.iter().filter(|place| place.file == 0) {
            let is_asked = facts.failures.iter().any(|failure| failure.place.span.contains_span(place.span));
            let report = Report {
                severity: if is_asked { Severity::Medium } else { Severity::High },
                message: format!("`msg.value` is used in every round of a loop of `{}`", facts.name),
                note: "it is the same in every round, so what was paid once counts many times".to_owned(),
                help: "take what each round needs off a variable that begins as `msg.value`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}
