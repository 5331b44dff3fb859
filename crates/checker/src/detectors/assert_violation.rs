//! # Assertion on input
//!
//! ## What it does
//! Looks for `assert` whose condition depends on a parameter.
//!
//! ## Why it is bad
//! `assert` is for what can never be false. A caller who makes it fail meets a panic without a reason, and before 0.8 loses all gas.
//!
//! ## Example
//! ```solidity
//! assert(balance >= amount);
//! ```
//! Input is checked by `require`:
//! ```solidity
//! require(balance >= amount, "too much");
//! ```
//!
//! ## Known gaps
//! - A local variable that is made from a parameter is not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, mentions},
};
use crate::finding::{Confidence, Finding, Fix, Severity};
use solwright_analysis::ir::ExprKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "assert-violation",
    title: "`assert` checks what the caller gives",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-067",
    also: &["SCWE-004"],
    swc: Some("SWC-110"),
    source: include_str!("assert_violation.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| view.function.is_external()) {
        for (expr, _) in view.exprs() {
            let Some(("assert", [condition])) = called(expr) else { continue };
            let Some(param) = view.function.params.iter().find(|param| mentions(&condition.value, &param.name)) else {
                continue;
            };
            let ExprKind::Call { callee, .. } = &expr.kind else { continue };
            let fix = Fix { title: "Use `require`".to_owned(), edits: vec![(callee.span, "require".to_owned())] };
            let report = Report {
                message: format!("`assert` fails when the caller chooses another `{}`", param.name),
                note: "a failing `assert` is a panic, the sign of a bug".to_owned(),
                help: "use `require`".to_owned(),
                fix: matches!(callee.kind, ExprKind::Name(_)).then_some(fix),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
