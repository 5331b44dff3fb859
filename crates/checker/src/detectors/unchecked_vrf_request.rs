//! # Unchecked VRF request
//!
//! ## What it does
//! Looks for `fulfillRandomWords` and `fulfillRandomness` that do not look at the id of the request.
//!
//! ## Why it is bad
//! Answers come late and out of order. One that belongs to an older request, or to none, decides the current draw.
//!
//! ## Example
//! ```solidity
//! function fulfillRandomWords(uint256, uint256[] memory words) internal override {
//!     winner = words[0] % players;
//! }
//! ```
//! Ask whose answer it is:
//! ```solidity
//! function fulfillRandomWords(uint256 id, uint256[] memory words) internal override {
//!     require(id == pending);
//!     pending = 0;
//!     winner = words[0] % players;
//! }
//! ```
//!
//! ## Known gaps
//! - That the id is used is enough; how it is used is not judged.

use super::{
    Detector,
    context::{Context, Report},
    shape::mentions,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-vrf-request",
    title: "randomness is taken for any request",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-115",
    also: &[],
    swc: None,
    source: include_str!("unchecked_vrf_request.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let function = view.function;
        if !matches!(function.name.as_str(), "fulfillRandomWords" | "fulfillRandomness" | "rawFulfillRandomWords") {
            continue;
        }
        let Some(id) = function.params.first() else { continue };
        let is_read = !id.name.is_empty() && view.exprs().iter().any(|(expr, _)| mentions(expr, &id.name));
        if !is_read && !view.stmts().is_empty() {
            let report = Report {
                message: format!("`{}` takes randomness for any request", function.name),
                note: "an answer that belongs to another request decides this draw".to_owned(),
                help: "remember the id when you ask, require it here and use it up".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(function.name_span), report));
        }
    }
}
