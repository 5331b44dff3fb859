//! # Calls in a loop
//!
//! ## What it does
//! Looks for calls to other contracts, and payments, in a loop without a limit.
//!
//! ## Why it is bad
//! One receiver that reverts, or that burns all gas, stops the payment of all the others.
//!
//! ## Example
//! ```solidity
//! for (uint256 i = 0; i < users.length; i++) payable(users[i]).transfer(rewards[i]);
//! ```
//! Let everyone take what is theirs:
//! ```solidity
//! uint256 reward = rewards[msg.sender];
//! rewards[msg.sender] = 0;
//! payable(msg.sender).transfer(reward);
//! ```
//!
//! ## Known gaps
//! - Calls with a limit of gas, and loops whose length is checked, are left out.
//! - Calls to the contract itself and calls that only read are left out.

use super::{
    Detector,
    bounds::unbounded,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, ExternalCall, Origin, Taint},
    ir::StmtKind,
    program::Place,
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "calls-loop",
    title: "one failing call in a loop stops all the others",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-148",
    also: &["SCWE-136", "SCWE-149"],
    swc: Some("SWC-113"),
    source: include_str!("calls_loop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let limited = limited_loops(context);
    for facts in context.all() {
        if facts.loops.is_empty() || facts.loops.iter().all(|place| limited.contains(place)) {
            continue;
        }
        for call in facts.calls.iter().filter(|call| call.in_loop && can_stop(call)) {
            let Some(place) = context.in_main(&[call.place, call.site]) else { continue };
            let pays = call.sends_value();
            let what = if pays { "payment" } else { "call" };
            // Who names the receivers can leave out the one that reverts.
            let is_named = call.target_taint.has(Taint::PARAM) && !call.target_taint.has(Taint::STORAGE);
            let report = Report {
                severity: if is_named { Severity::Info } else { Severity::Low },
                message: format!("the {what} to `{}` is one of many in a loop", call.target),
                note: "one receiver that reverts or burns the gas stops what is done for all the others".to_owned(),
                help: if pays {
                    "note what is owed and let every receiver withdraw it".to_owned()
                } else {
                    "limit the rounds, and go on when one call fails".to_owned()
                },
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn can_stop(call: &ExternalCall) -> bool {
    let leaves = matches!(call.kind, CallKind::Call | CallKind::Transfer | CallKind::Send)
        || call.kind == CallKind::HighLevel && !call.is_view;
    leaves
        && !call.text.contains("gas:")
        && !matches!(call.target_origin, Origin::This | Origin::Created | Origin::Fixed)
}

/// Loops of the main file that somebody limits.
fn limited_loops(context: &Context<'_>) -> HashSet<Place> {
    let mut limited = HashSet::new();
    for view in &context.views {
        let loops = view.stmts().iter().filter(|(stmt, _)| matches!(stmt.kind, StmtKind::Loop { .. }));
        let short = loops.filter(|(stmt, _)| unbounded(context, view, stmt).is_none());
        limited.extend(short.map(|(stmt, _)| context.place(stmt.span)));
    }
    limited
}
