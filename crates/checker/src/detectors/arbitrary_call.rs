//! # Arbitrary call
//!
//! ## What it does
//! Looks for a low-level call whose target and data the caller chooses, without a check of either or of who calls.
//!
//! ## Why it is bad
//! The contract speaks with its own name. Anyone makes it spend the tokens it holds, and those that users approved to it.
//!
//! ## Example
//! ```solidity
//! function run(address target, bytes calldata data) external {
//!     (bool ok, ) = target.call(data);
//!     require(ok);
//! }
//! ```
//! Call only what was agreed on:
//! ```solidity
//! function run(address target, bytes calldata data) external {
//!     require(allowed[target], "not allowed");
//!     (bool ok, ) = target.call(data);
//!     require(ok);
//! }
//! ```
//!
//! ## Known gaps
//! - Any condition about the target counts as a check of it.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, ExternalCall, FunctionFacts, Origin, Taint},
    program::Place,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "arbitrary-call",
    title: "anyone can make the contract call what they like",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-042",
    also: &["SCWE-106"],
    swc: None,
    source: include_str!("arbitrary_call.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        for call in facts.calls.iter().filter(|call| call.kind == CallKind::Call && call.place.file == 0) {
            let is_chosen = matches!(call.target_origin, Origin::Param(_)) || call.target_taint == Taint::PARAM;
            if !is_chosen
                || call.target_checked
                || !call.data_taint.has(Taint::PARAM)
                || facts.is_authorised(&call.guards)
            {
                continue;
            }
            let report = Report {
                message: format!("anyone chooses both `{}` and the data that this call sends to it", call.target),
                note: "the call comes from this contract, so it can spend all that is approved to it or held by it"
                    .to_owned(),
                help: "let only an owner call it, or allow a list of targets and functions".to_owned(),
                trace: chosen_at(facts, call).into_iter().collect(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, call.place, report));
        }
    }
}

/// Where the caller names the target of a call.
pub(super) fn chosen_at(facts: &FunctionFacts, call: &ExternalCall) -> Option<(Place, String)> {
    let Origin::Param(at) = call.target_origin else { return None };
    let param = facts.params.get(at)?;
    Some((param.place, format!("the caller chooses `{}` here", param.name)))
}
