//! # A vote without a quorum
//!
//! ## What it does
//! Looks for comparisons of the votes for a proposal with those against it, in contracts that ask for no quorum anywhere.
//!
//! ## Why it is bad
//! Two votes for and one against decide over everything when nobody else is awake. An attacker waits for such an hour.
//!
//! ## Example
//! ```solidity
//! require(forVotes[id] > againstVotes[id], "failed");
//! ```
//! Ask how many took part:
//! ```solidity
//! require(forVotes[id] > againstVotes[id], "failed");
//! require((forVotes[id] + againstVotes[id]) * 10_000 >= supply * QUORUM_BPS, "no quorum");
//! ```
//!
//! ## Known gaps
//! - The names of the tallies decide, and any name with `quorum`, `threshold` or `turnout` in the contract counts as one.

use super::{
    Detector,
    context::{Context, Report},
    shape::{compares, names_any, speaks_of},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-quorum",
    title: "a proposal passes with any turnout",
    severity: Severity::Medium,
    confidence: Confidence::Low,
    scwe: "SCWE-100",
    also: &[],
    swc: None,
    source: include_str!("missing_quorum.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let asks = ["quorum", "threshold", "turnout", "participation", "minvotes", "minimumvotes"];
    for view in &context.views {
        let Some((expr, _)) = view.exprs().iter().find(|(expr, _)| compares_tallies(expr)) else { continue };
        let mut neighbours = context.views.iter().filter(|other| other.contract == view.contract);
        if neighbours.any(|other| speaks_of(other, &asks) || compares(other, &["supply"])) {
            continue;
        }
        let place = context.place(expr.span);
        let report = Report {
            message: format!("`{}` decides, however few have voted", context.program.snippet(place)),
            note: "nothing in this contract asks for a quorum".to_owned(),
            help: "require a share of all votes, as of the block in which the proposal was made".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// Whether votes for something are compared with votes against it.
fn compares_tallies(expr: &Expr) -> bool {
    let ExprKind::Binary(left, op, right) = &expr.kind else { return false };
    let is_against = |side: &Expr| names_any(side, &["against", "novotes", "nays", "noes", "votesno"]);
    let is_for = |side: &Expr| names_any(side, &["for", "yes", "yeas", "ayes", "support"]);
    op.is_comparison() && (is_for(left) && is_against(right) || is_against(left) && is_for(right))
}
