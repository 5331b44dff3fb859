//! # Single oracle
//!
//! ## What it does
//! Looks for functions that return the price of one other contract, as it is.
//!
//! ## Why it is bad
//! When that one fails, lies or is bought, everything that asks this contract follows.
//!
//! ## Example
//! ```solidity
//! return oracle.getPrice();
//! ```
//! Ask several and take the middle:
//! ```solidity
//! prices[0] = first.getPrice();
//! prices[1] = second.getPrice();
//! prices[2] = third.getPrice();
//! return median(prices);
//! ```
//!
//! ## Known gaps
//! - Chainlink feeds, which are many sources themselves, are not reported.

use super::{
    Detector,
    context::{Context, Report},
    unvalidated_price::is_price,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{ExprKind, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "single-oracle",
    title: "one source decides the price",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-029",
    also: &[],
    swc: None,
    source: include_str!("single_oracle.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| view.function.is_external()) {
        let [(stmt, _)] = view.stmts() else { continue };
        let StmtKind::Return(Some(value)) = &stmt.kind else { continue };
        // A list of oracles, or one for each asset, is a choice of its own.
        let is_one = !value.any(&|part| matches!(part.kind, ExprKind::Index(..)));
        if is_price(value.peeled()) && is_one {
            let report = Report {
                message: format!("`{}` rests on one source", view.function.name),
                note: "when that source fails or lies, this price does as well".to_owned(),
                help: "ask several sources and take the middle one, or fall back to a second".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(value.span), report));
        }
    }
}
