//! # Tautology
//!
//! ## What it does
//! Looks for comparisons that can come out in one way only: of a number with what its type cannot pass, and of a value with itself.
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
//! - Ranges across several conditions are not worked out, nor types of more than 126 bits, but for zero.

use super::{
    Detector,
    context::{Context, Report},
    numbers,
    shape::number,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{BinaryOp, Expr, ExprKind, TypeNameKind, UnaryOp},
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
            if let Some(outcome) = with_itself(context, left, *op, right) {
                let report = Report {
                    message: format!("`{}` is always {outcome}", context.text(expr.span)),
                    note: "a value is compared with itself".to_owned(),
                    help: "compare it with what was meant, or leave the condition out".to_owned(),
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
                continue;
            }
            let (value, op, bound) = match (bound(left), bound(right)) {
                (None, Some(bound)) => (left, *op, bound),
                (Some(bound), None) => (right, mirrored(*op), bound),
                _ => continue,
            };
            let ty = view.ty(value);
            let Some(outcome) = range(&ty).and_then(|range| outcome(op, bound, range)) else { continue };
            let report = Report {
                message: format!("`{}` is always {outcome}", context.text(expr.span)),
                note: "the type of the value leaves no other outcome".to_owned(),
                help: "ask for what was meant, or leave the condition out".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// What a comparison of a value with itself always is. A call may answer otherwise the second time.
fn with_itself(context: &Context<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Option<bool> {
    let changes = |expr: &Expr| {
        let is_cast = matches!(&expr.kind, ExprKind::Call { callee, .. } if matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable));
        matches!(&expr.kind, ExprKind::Call { .. } | ExprKind::Assign { .. }) && !is_cast
            || matches!(&expr.kind, ExprKind::Unary(op, _) if op.is_assignment())
    };
    let is_same = numbers::text(context, left) == numbers::text(context, right)
        && !left.any(&changes)
        && !matches!(left.peeled().kind, ExprKind::Number(_) | ExprKind::Bool(_));
    is_same.then_some(matches!(op, BinaryOp::Eq | BinaryOp::Le | BinaryOp::Ge))
}

/// A number, as far as it can be told: too large ones are as large as can be.
fn bound(expr: &Expr) -> Option<i128> {
    let known = |value: u128| i128::try_from(value).unwrap_or(i128::MAX);
    match &expr.peeled().kind {
        ExprKind::Number(value) => value.map(known),
        ExprKind::Unary(UnaryOp::Neg, operand) => number(operand).map(|value| -known(value)),
        ExprKind::Member(base, name) => {
            let ExprKind::TypeInfo(ty) = &base.peeled().kind else { return None };
            let range = match ty.kind {
                TypeNameKind::Uint(bits) => range(&Ty::Uint(bits)),
                TypeNameKind::Int(bits) => range(&Ty::Int(bits)),
                _ => None,
            }?;
            match name.as_str() {
                "min" => Some(range.0),
                "max" => range.1,
                _ => None,
            }
        }
        _ => None,
    }
}

/// The least and the largest number of a type; none where that is too large to be told.
fn range(ty: &Ty) -> Option<(i128, Option<i128>)> {
    match ty {
        Ty::Uint(bits) => Some((0, (*bits < 127).then(|| (1 << bits) - 1))),
        Ty::Int(bits) if *bits < 127 => Some((-(1 << (bits - 1)), Some((1 << (bits - 1)) - 1))),
        _ => None,
    }
}

/// What `value op bound` always is, for a value of this range.
fn outcome(op: BinaryOp, bound: i128, (least, largest): (i128, Option<i128>)) -> Option<bool> {
    let (is_least, is_below) = (bound == least, bound < least);
    let is_largest = largest == Some(bound);
    let is_above = largest.is_some_and(|largest| bound > largest);
    match op {
        BinaryOp::Ge if is_least || is_below => Some(true),
        BinaryOp::Lt if is_least || is_below => Some(false),
        BinaryOp::Le if is_largest || is_above => Some(true),
        BinaryOp::Gt if is_largest || is_above => Some(false),
        BinaryOp::Gt | BinaryOp::Ne if is_below => Some(true),
        BinaryOp::Lt | BinaryOp::Ne if is_above => Some(true),
        BinaryOp::Le | BinaryOp::Eq if is_below => Some(false),
        BinaryOp::Ge | BinaryOp::Eq if is_above => Some(false),
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
