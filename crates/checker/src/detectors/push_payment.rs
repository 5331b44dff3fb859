//! # Payment that can be refused
//!
//! ## What it does
//! Looks for Ether that must arrive before the function goes on: at the account that stood there before, whose place the caller takes, or at each account of a list.
//!
//! ## Why it is bad
//! A contract can refuse Ether. The highest bidder that refuses its refund stays the highest bidder; one account of a list keeps all others from being paid.
//!
//! ## Example
//! ```solidity
//! require(leader.send(bid));
//! leader = msg.sender;
//! ```
//! Note what is owed, and let each account fetch it:
//! ```solidity
//! owed[leader] += bid;
//! leader = msg.sender;
//! ```
//!
//! ## Known gaps
//! - A payment whose failure is noticed and passed over is not reported.
//! - Functions that only a chosen caller may call are trusted.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, EffectKind, ExternalCall, FunctionFacts, Origin, Taint},
    program::Place,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "push-payment",
    title: "one account that takes no Ether stops everyone",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-149",
    also: &["SCWE-078"],
    swc: Some("SWC-113"),
    source: include_str!("push_payment.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        for (at, call) in facts.calls.iter().enumerate() {
            if !must_arrive(context, facts, call) {
                continue;
            }
            let (message, trace) = if call.in_loop {
                (format!("one refused payment to `{}` undoes all of the loop", call.target), Vec::new())
            } else if let Some(place) = replaced_after(facts, at, call) {
                let message = format!("`{}` can refuse the payment and keep its place", call.target);
                (message, vec![(place, format!("`{}` would be replaced here", call.target))])
            } else {
                continue;
            };
            let Some(place) = context.in_main(&[call.place, call.site]) else { continue };
            let report = Report {
                message,
                note: "a contract can refuse Ether, and the whole call reverts with it".to_owned(),
                help: "note what is owed and let each account withdraw it".to_owned(),
                trace,
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Whether the function cannot go on when the payment fails.
fn must_arrive(context: &Context<'_>, facts: &FunctionFacts, call: &ExternalCall) -> bool {
    let is_asked = || {
        facts
            .failures
            .iter()
            .any(|failure| failure.place.file == call.place.file && failure.place.span.contains_span(call.place.span))
    };
    let stops = match call.kind {
        CallKind::Transfer => true,
        CallKind::Send | CallKind::Call => !context.is_discarded(call.place) && is_asked(),
        _ => false,
    };
    stops && call.sends_value() && !facts.is_authorised(&call.guards) && !call.target_taint.has(Taint::SENDER)
}

/// Where the caller takes the place of the one that is paid.
fn replaced_after(facts: &FunctionFacts, at: usize, call: &ExternalCall) -> Option<Place> {
    let Origin::Storage(holder) = call.target_origin else { return None };
    let mut written = facts.effects.iter().filter(|effect| match &effect.kind {
        EffectKind::Write { slot, taint, .. } => {
            effect.after.contains(&at) && slot.variable == Some(holder) && taint.has(Taint::SENDER | Taint::PARAM)
        }
        _ => false,
    });
    written.next().map(|effect| effect.place)
}
