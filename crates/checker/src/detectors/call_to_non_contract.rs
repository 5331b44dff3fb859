//! # Low-level call to what may be no contract
//!
//! ## What it does
//! Looks for a low-level call of a function at an address that comes with the call, where nothing asks whether code is there.
//!
//! ## Why it is bad
//! A call to an address without code succeeds and does nothing. What should have happened did not, and nobody notices.
//!
//! ## Example
//! ```solidity
//! (bool ok, ) = plugin.call(data);
//! require(ok);
//! ```
//! Ask for code first:
//! ```solidity
//! require(plugin.code.length > 0, "no code");
//! (bool ok, ) = plugin.call(data);
//! require(ok);
//! ```
//!
//! ## Known gaps
//! - A function that mentions `code.length`, `extcodesize` or `isContract` anywhere is taken to ask.
//! - Calls that send Ether are meant for accounts too, and are left out.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    shape::has_word,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, ExternalCall, Taint},
    ir::ExprKind,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "call-to-non-contract",
    title: "a low-level call succeeds where there is no contract",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-134",
    also: &[],
    swc: None,
    source: include_str!("call_to_non_contract.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.all() {
        for call in facts.calls.iter().filter(|call| is_function_call(call)) {
            let view = context.view_at(call.place);
            if call.place.file != 0 || facts.is_authorised(&call.guards) || view.is_none_or(asks_for_code) {
                continue;
            }
            let check = view.filter(|view| view.scope().local(&call.target).is_some()).and_then(|view| {
                let check = format!("require({}.code.length > 0, \"no contract\");", call.target);
                edits::before(context, view, call.place.span, &check)
            });
            let report = Report {
                message: format!("this call succeeds when there is no contract at `{}`", call.target),
                note: "an address without code answers every low-level call with success".to_owned(),
                help: format!("require `{}.code.length > 0` before it", call.target),
                fix: check.and_then(|edit| edits::fix("Require that there is a contract", vec![edit])),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, call.place, report));
        }
    }
}

fn is_function_call(call: &ExternalCall) -> bool {
    let is_low = matches!(call.kind, CallKind::Call | CallKind::DelegateCall);
    let has_data = !call.text.ends_with("(\"\")") && !call.text.ends_with("('')") && !call.text.ends_with("()");
    is_low && has_data && !call.sends_value() && call.target_taint.has(Taint::PARAM) && !call.args.is_empty()
}

fn asks_for_code(view: &View<'_>) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Member(_, name) => matches!(name.as_str(), "code" | "codehash" | "isContract"),
        ExprKind::Name(name) => has_word(name, &["iscontract"]),
        ExprKind::Yul(name, _) => matches!(name.as_str(), "extcodesize" | "extcodehash" | "returndatasize"),
        _ => false,
    })
}
