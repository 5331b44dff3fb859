//! # A constant where a condition is asked
//!
//! ## What it does
//! Looks for `true` and `false` as the condition of an `if`, as an operand of `&&` and `||`, and for choices whose both outcomes are
//! constants.
//!
//! ## Why it is bad
//! The condition decides nothing: a check that was switched off for a test stays off, and code that looks alive is dead.
//!
//! ## Example
//! ```solidity
//! if (msg.sender == owner || true) _mint(to, amount);
//! ```
//! Ask for what decides:
//! ```solidity
//! if (msg.sender == owner) _mint(to, amount);
//! ```
//!
//! ## Known gaps
//! - Constants with a name are taken to be switches that are meant.
//! - `while (true)` and `for (;;)` are left alone.

use super::{
    Detector,
    context::{Context, Report},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "boolean-constant",
    title: "a constant stands where a condition is asked",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-062",
    also: &[],
    swc: Some("SWC-135"),
    source: include_str!("boolean_constant.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, severity) in misused(view) {
            let place = context.place(expr.span);
            let report = Report {
                severity,
                message: format!("`{}` decides nothing, a part of it is constant", context.program.snippet(place)),
                note: "the outcome is known beforehand, so a check is missing or code is dead".to_owned(),
                help: "ask for what should decide, or leave the constant out".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Conditions that are constant or have a constant part. `flag ? true : false` says no more than `flag`, and no less.
fn misused<'a>(view: &View<'a>) -> Vec<(&'a Expr, Severity)> {
    let conditions = view.stmts().iter().filter_map(|(stmt, _)| match &stmt.kind {
        StmtKind::If { condition, .. } if is_constant(condition) => Some((condition, Severity::Medium)),
        _ => None,
    });
    let parts = view.exprs().iter().filter_map(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, BinaryOp::And | BinaryOp::Or, right) if is_constant(left) || is_constant(right) => {
            Some((*expr, Severity::Medium))
        }
        ExprKind::Conditional(condition, ..) if is_constant(condition) => Some((*expr, Severity::Medium)),
        ExprKind::Conditional(_, then, otherwise) if is_constant(then) && is_constant(otherwise) => {
            Some((*expr, Severity::Info))
        }
        _ => None,
    });
    conditions.chain(parts).collect()
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.peeled().kind, ExprKind::Bool(_))
}
