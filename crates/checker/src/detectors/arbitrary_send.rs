//! # Arbitrary send
//!
//! ## What it does
//! Looks for Ether that the caller can send to an address of its choice, or take for itself, without a check of who calls and
//! without a claim to it.
//!
//! ## Why it is bad
//! Anyone empties the contract.
//!
//! ## Example
//! ```solidity
//! function pay(address payable to, uint256 amount) external {
//!     to.transfer(amount);
//! }
//! ```
//! Ask who calls, or pay from the caller's own balance:
//! ```solidity
//! function pay(address payable to, uint256 amount) external {
//!     balances[msg.sender] -= amount;
//!     to.transfer(amount);
//! }
//! ```
//!
//! ## Known gaps
//! - A claim is taken for good when the function checks or reduces something that belongs to the caller, or takes tokens from
//!   it: that the amounts agree is not asked.
//! - A prize for a solved puzzle, a fixed amount for whoever calls, is not reported.

use super::{
    Detector,
    arbitrary_call::chosen_at,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{CallKind, ExternalCall, FunctionFacts, Origin, Taint};

pub(super) const DETECTOR: Detector = Detector {
    id: "arbitrary-send",
    title: "anyone can send the contract's Ether where they like",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-049",
    also: &[],
    swc: Some("SWC-105"),
    source: include_str!("arbitrary_send.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        for call in facts.calls.iter().filter(|call| call.sends_value()) {
            // Of a library's payment the caller is to blame.
            let is_shared = context.views.iter().any(|view| {
                view.function.span.contains_span(call.place.span)
                    && view.contract.is_some_and(|home| context.program.is_library(home))
            });
            let places = if is_shared { [call.site, call.place] } else { [call.place, call.site] };
            let Some(place) = context.in_main(&places).filter(|_| is_arbitrary(facts, call)) else { continue };
            let amount = call.value.as_deref().unwrap_or_default();
            let whom =
                if call.target_origin == Origin::Sender { "the caller" } else { "an address that the caller chooses" };
            let report = Report {
                severity: Severity::High,
                confidence: Confidence::Medium,
                message: format!("anyone can send `{amount}` of the contract's Ether to `{}`", call.target),
                note: format!("it goes to {whom}, and nothing on the way asks who calls or what is owed"),
                help: "let only an owner or a role call it, or reduce the caller's own balance first".to_owned(),
                trace: chosen_at(facts, call)
                    .into_iter()
                    .chain([(call.place, "the Ether leaves here".to_owned())])
                    .collect(),
                // Whoever takes for themselves may be owed something.
                fix: edits::only_owner(context, facts.function).filter(|_| call.target_origin != Origin::Sender),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn is_arbitrary(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    if call.kind == CallKind::ToItself || call.is_entitled || facts.is_authorised(&call.guards) {
        return false;
    }
    // What came with the call, or is booked under a name, is owed.
    if call.value_taint.has(Taint::VALUE | Taint::OWN | Taint::KEYED) {
        return false;
    }
    let is_chosen_amount = call.value_taint.has(Taint::PARAM | Taint::BALANCE);
    match call.target_origin {
        Origin::Sender => is_chosen_amount,
        Origin::Param(_) | Origin::Other => {
            let is_chosen = call.target_taint.has(Taint::PARAM)
                && !call.target_taint.has(Taint::STORAGE | Taint::RETURNED | Taint::UNKNOWN);
            is_chosen && !call.target_checked
        }
        _ => false,
    }
}
