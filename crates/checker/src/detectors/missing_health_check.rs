//! # A loan without a health check
//!
//! ## What it does
//! Looks for functions that anyone may call to borrow, or to take collateral back, and that name nothing that could tell
//! whether the account is still covered.
//!
//! ## Why it is bad
//! Whoever borrows more than their collateral is worth does not pay back, and the others bear the loss.
//!
//! ## Example
//! ```solidity
//! function borrow(uint256 amount) external {
//!     _issueDebt(msg.sender, amount);
//! }
//! ```
//! Ask when all is written:
//! ```solidity
//! function borrow(uint256 amount) external {
//!     _issueDebt(msg.sender, amount);
//!     require(_health(msg.sender) >= MIN_HEALTH, "insolvent");
//! }
//! ```
//!
//! ## Known gaps
//! - The names of functions decide. Names such as `health`, `solven`, `ltv`, `ratio`, `limit` and `allowed` count as the check,
//!   and so does any comparison with collateral, wherever it stands.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, compares, has_word, is_open_door, is_restricted, speaks_of},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-health-check",
    title: "a loan is given without asking whether it is covered",
    severity: Severity::Medium,
    confidence: Confidence::Low,
    scwe: "SCWE-125",
    also: &[],
    swc: None,
    source: include_str!("missing_health_check.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    const CHECKS: [&str; 20] = [
        "health",
        "solven",
        "ltv",
        "ratio",
        "limit",
        "allowed",
        "margin",
        "liquid",
        "safe",
        "capacity",
        "maxborrow",
        "_check",
        "_require",
        "validate",
        "verify",
        "threshold",
        "creditline",
        "available",
        "undercollat",
        "collateralized",
    ];
    for view in context.views.iter().filter(|view| lends(view)) {
        if is_restricted(context, view.id)
            || speaks_of(view, &CHECKS)
            || compares(view, &["collateral", "debt", "borrow", "deposit"])
        {
            continue;
        }
        let report = Report {
            message: format!("`{}` never asks whether the account is still covered", view.function.name),
            note: "whoever owes more than they left behind does not pay back".to_owned(),
            help: "work out the health of the account when all is written, and revert when it is too low".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
    }
}

/// Whether anyone may call it to owe more, or to leave less behind.
fn lends(view: &View<'_>) -> bool {
    let name = view.function.name.to_ascii_lowercase();
    let begins = ["borrow", "issuedebt", "mintdebt", "drawdebt", "withdrawcollateral", "removecollateral"];
    let acts =
        |name: &str| has_word(name, &["debt", "borrow", "mint", "transfer", "send", "withdraw"]) || name == "call";
    is_open_door(view.function)
        && begins.iter().any(|word| name.starts_with(word))
        && view.exprs().iter().any(|(expr, _)| called(expr).is_some_and(|(name, _)| acts(name)))
}
