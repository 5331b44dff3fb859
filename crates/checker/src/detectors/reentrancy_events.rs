//! # Events out of order
//!
//! ## What it does
//! Looks for events that are emitted after a call that can call back, in functions without a lock.
//!
//! ## Why it is bad
//! Who is called enters again, and the events of the inner call come before those of the outer one. What reads the log, a bridge
//! or an indexer, sees things in an order in which they did not happen.
//!
//! ## Example
//! ```solidity
//! (bool ok, ) = to.call{value: amount}("");
//! emit Paid(to, amount);
//! ```
//! Emit first:
//! ```solidity
//! emit Paid(to, amount);
//! (bool ok, ) = to.call{value: amount}("");
//! ```
//!
//! ## Known gaps
//! - One finding is made for a function, at its first such event.
//! - Only calls to an account that the caller chooses count, and none by chosen callers.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{CallKind, EffectKind, ExternalCall, FunctionFacts, Taint};

pub(super) const DETECTOR: Detector = Detector {
    id: "reentrancy-events",
    title: "an event comes after a call that can call back",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-102",
    also: &[],
    swc: Some("SWC-107"),
    source: include_str!("reentrancy_events.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries) {
        if !facts.is_entry || facts.reentrancy_guard.is_some() {
            continue;
        }
        let late = facts.effects.iter().find_map(|effect| {
            let EffectKind::Emit(name) = &effect.kind else { return None };
            let call = effect.after.iter().map(|&at| &facts.calls[at]).find(|call| is_open(facts, call))?;
            Some((effect, name, call))
        });
        let Some((effect, name, call)) = late else { continue };
        let Some(place) = context.in_main(&[effect.place, effect.site]) else { continue };
        let report = Report {
            message: format!("`{name}` is emitted after the call to `{}`, which can call back", call.target),
            note: "the events of what is called back come first".to_owned(),
            help: "emit it before the call".to_owned(),
            trace: vec![(call.place, format!("`{}` takes control here", call.target))],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

fn is_open(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    call.hands_over_control()
        && call.kind != CallKind::DelegateCall
        && !facts.is_authorised(&call.guards)
        && call.target_taint.has(Taint::PARAM | Taint::SENDER)
}
