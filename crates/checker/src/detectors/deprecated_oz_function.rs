//! # A function that OpenZeppelin took back
//!
//! ## What it does
//! Looks for `safeApprove` of `SafeERC20` and `_setupRole` of `AccessControl`.
//!
//! ## Why it is bad
//! Both were deprecated for what they invite: `safeApprove` reverts when an allowance is changed, and `_setupRole` grants a role
//! around the checks of `grantRole`. Version 5 has neither.
//!
//! ## Example
//! ```solidity
//! token.safeApprove(spender, amount);
//! ```
//! Use what took over:
//! ```solidity
//! token.forceApprove(spender, amount);
//! ```
//!
//! ## Known gaps
//! - A reference that is passed on without being called is not seen.
//! - Where the package is not installed, the imports say what the names mean.

use super::{
    Detector,
    context::{Context, Report},
    packages,
    shape::called,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "deprecated-oz-function",
    title: "a function that OpenZeppelin deprecated",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-009",
    also: &["SCWE-072"],
    swc: Some("SWC-111"),
    source: include_str!("deprecated_oz_function.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let (name, home, why, instead) = match called(expr) {
                Some(("safeApprove", _)) => (
                    "safeApprove",
                    "SafeERC20",
                    "it reverts when an allowance that is not zero is changed",
                    "forceApprove",
                ),
                Some(("_setupRole", _)) => {
                    ("_setupRole", "AccessControl", "it grants a role around the checks of `grantRole`", "_grantRole")
                }
                _ => continue,
            };
            if !packages::declares(view, expr, "openzeppelin", home) {
                continue;
            }
            let report = Report {
                message: format!("OpenZeppelin deprecated `{name}`"),
                note: format!("{why}, and version 5 no longer has it"),
                help: format!("use `{instead}`"),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
