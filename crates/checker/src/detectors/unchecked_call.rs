//! # Unchecked call
//!
//! ## What it does
//! Looks for `call`, `delegatecall` and `send` whose success nothing looks at.
//!
//! ## Why it is bad
//! These calls do not revert when they fail, they return `false`. A payment that failed is then booked as made.
//!
//! ## Example
//! ```solidity
//! payable(winner).send(prize);
//! paid = true;
//! ```
//! Look at the result:
//! ```solidity
//! (bool ok, ) = winner.call{value: prize}("");
//! require(ok, "payment failed");
//! ```
//!
//! ## Known gaps
//! - Calls made in inline assembly are not looked at.
//! - A result that is stored or emitted counts as looked at.

use super::{
    Detector,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::CallKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-call",
    title: "the success of a low-level call is ignored",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-048",
    also: &["SCWE-004"],
    swc: Some("SWC-104"),
    source: include_str!("unchecked_call.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in context.all().flat_map(|facts| &facts.calls) {
        let name = match call.kind {
            CallKind::Call => "call",
            CallKind::DelegateCall => "delegatecall",
            CallKind::Send => "send",
            _ => continue,
        };
        if call.place.file != 0 || !context.is_discarded(call.place) {
            continue;
        }
        let report = Report {
            severity: Severity::Medium,
            confidence: Confidence::High,
            message: format!("the success of `{name}` to `{}` is ignored", call.target),
            note: format!("`{name}` returns `false` instead of reverting, so what follows runs even when it failed"),
            help: "look at the returned `bool`, for example with `require(ok)`".to_owned(),
            fix: edits::require_success(context, call.place.span, call.kind != CallKind::Send),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, call.place, report));
    }
}
