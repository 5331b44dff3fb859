//! # Hardcoded gas
//!
//! ## What it does
//! Looks for calls with a fixed amount of gas.
//!
//! ## Why it is bad
//! What instructions cost has changed with forks and will again, and the called contract may be replaced. A number that is
//! enough today makes the call fail tomorrow.
//!
//! ## Example
//! ```solidity
//! (bool ok, ) = target.call{gas: 100000}(data);
//! ```
//! Forward what is there, or let someone set the limit:
//! ```solidity
//! (bool ok, ) = target.call(data);
//! ```
//!
//! ## Known gaps
//! - `staticcall` is left out: standards such as ERC-165 fix its gas.
//! - Gas in inline assembly is not looked at.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "hardcoded-gas",
    title: "a call has a fixed amount of gas",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-073",
    also: &[],
    swc: Some("SWC-134"),
    source: include_str!("hardcoded_gas.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let ExprKind::Call { callee, options, .. } = &expr.kind else { continue };
            let is_static = matches!(&callee.peeled().kind, ExprKind::Member(_, name) if name == "staticcall");
            let is_constant = |gas: &Expr| {
                matches!(gas.peeled().kind, ExprKind::Number(_))
                    || gas.name().is_some_and(|name| view.constant(name).is_some())
            };
            let gas = options.iter().find(|(name, _)| name == "gas").map(|(_, gas)| gas);
            let Some(gas) = gas.filter(|gas| !is_static && is_constant(gas)) else { continue };
            let place = context.place(expr.span);
            let report = Report {
                message: format!("this call has a fixed gas of `{}`", context.text(gas.span)),
                note: "prices of instructions change, and what is enough today may not be enough tomorrow".to_owned(),
                help: "forward the gas that is left, or let the limit be set".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}
