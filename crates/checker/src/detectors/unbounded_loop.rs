//! # Unbounded loop
//!
//! ## What it does
//! Looks for loops over an array of any length, as many rounds as a caller asks for, or without an end.
//!
//! ## Why it is bad
//! A transaction has a limited amount of gas. When the array has grown past it the function can never succeed again, and
//! what it guards is stuck.
//!
//! ## Example
//! ```solidity
//! for (uint256 i = 0; i < investors.length; i++) shares[investors[i]] += 1;
//! ```
//! Do a part at a time, or limit the length:
//! ```solidity
//! require(investors.length <= MAX_BATCH);
//! for (uint256 i = 0; i < investors.length; i++) shares[investors[i]] += 1;
//! ```
//!
//! ## Known gaps
//! - An array that is never pushed to outside of the constructor is taken for short.
//! - Functions that only read are left out.

use super::{
    Detector,
    bounds::{Unbounded, unbounded},
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "unbounded-loop",
    title: "a loop may need more gas than a block has",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-058",
    also: &["SCWE-032", "SCWE-036", "SCWE-082", "SCWE-109", "SCWE-126", "SCWE-148"],
    swc: Some("SWC-128"),
    source: include_str!("unbounded_loop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (stmt, setting) in view.stmts().iter().filter(|(_, setting)| !setting.is_assembly) {
            let Some(why) = unbounded(context, view, stmt).filter(|_| !setting.is_assembly) else { continue };
            let place = match &stmt.kind {
                solwright_analysis::ir::StmtKind::Loop { condition: Some(condition), .. } => {
                    context.place(condition.span)
                }
                _ => context.place(stmt.span),
            };
            findings.push(context.finding(&DETECTOR, place, report(why)));
        }
    }
}

fn report(why: Unbounded) -> Report {
    let (severity, message, note) = match why {
        Unbounded::Endless => (
            Severity::Low,
            "this loop has no way out".to_owned(),
            "it uses up all the gas that it is given, whoever calls".to_owned(),
        ),
        Unbounded::Argument(name) => (
            Severity::Info,
            format!("this loop runs over all of `{name}`, which the caller makes as long as it likes"),
            "a long list does not fit into a block, and a call that has to succeed fails".to_owned(),
        ),
        Unbounded::Count(name) => (
            Severity::Info,
            format!("this loop runs `{name}` times, as often as the caller likes"),
            "a large number does not fit into a block, and a call that has to succeed fails".to_owned(),
        ),
        Unbounded::Storage(name) => (
            Severity::Low,
            format!("this loop runs over all of `{name}`, which grows without a limit"),
            "once the list is too long for a block the function can never succeed again".to_owned(),
        ),
    };
    let help = "limit the length, or take a start and a count and do a part at a time".to_owned();
    Report { severity, message, note, help, ..Report::of(&DETECTOR) }
}
