//! # Tautology
//!
//! ## What it does
//! Looks for comparisons of an unsigned number with zero or with more than its type can hold that can come out in one way only.
//!
//! ## Why it is bad
//! The condition checks nothing. What was meant to be asked is missing.
//!
//! ## Example
//! ```solidity
//! require(amount >= 0);
//! ```
//! Ask what was meant:
//! ```solidity
//! require(amount > 0);
//! ```
//!
//! ## Known gaps
//! - Comparisons of a value with itself and ranges across several conditions are not worked out.

use super::{
    Detector,
    context::{Context, Report},
    shape::number,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{BinaryOp, ExprKind},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "tautology",
    title: "a comparison is always true or always false",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-083",
    also: &[],
    swc: None,
    source: include_str!("tautology.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, setting) in view.exprs() {
            let ExprKind::Binary(left, op, right) = &expr.kind else { continue };
            if setting.is_assembly || !op.is_comparison() {
                continue;
            }
            let (value, op, bound) = match (number(left), number(right)) {
                (None, Some(bound)) => (left, *op, bound),
                (Some(bound), None) => (right, mirrored(*op), bound),
                _ => continue,
            };
            let Ty::Uint(bits) = view.ty(value) else { continue };
            let Some(outcome) = outcome(op, bound, bits) else { continue };
            let report = Report {
                message: format!("`{}` is always {outcome}", context.text(expr.span)),
                note: format!("a `uint{bits}` is never below zero nor above its largest value"),
                help: "ask for what was meant, or leave the condition out".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// What `value op bound` always is, for an unsigned value of so many bits.
fn outcome(op: BinaryOp, bound: u128, bits: u16) -> Option<bool> {
    let max = if bits < 128 { (1u128 << bits) - 1 } else { u128::MAX };
    match op {
        BinaryOp::Ge if bound == 0 => Some(true),
        BinaryOp::Lt if bound == 0 => Some(false),
        _ if bits >= 128 => None,
        BinaryOp::Gt | BinaryOp::Eq if bound > max || bound == max && op == BinaryOp::Gt => Some(false),
        BinaryOp::Ge if bound > max => Some(false),
        BinaryOp::Le if bound >= max => Some(true),
        BinaryOp::Lt | BinaryOp::Ne if bound > max => Some(true),
        _ => None,
    }
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}
