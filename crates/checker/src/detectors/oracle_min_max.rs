//! # A price without bounds
//!
//! ## What it does
//! Looks for the answer of `latestRoundData` that goes into a sum, a cast or a result, and that nothing compares with anything
//! but zero.
//!
//! ## Why it is bad
//! A feed has a least and a greatest answer. When the true price leaves that band the feed goes on reporting its edge, and
//! whoever notices borrows against an asset that is worth far less.
//!
//! ## Example
//! ```solidity
//! (, int256 price,, uint256 updatedAt,) = feed.latestRoundData();
//! return uint256(price) * amount;
//! ```
//! Hold it against what is plausible:
//! ```solidity
//! require(price > minPrice && price < maxPrice, "price out of bounds");
//! ```
//!
//! ## Known gaps
//! - Any comparison of the answer with something other than zero counts, and so does a function that it is handed to.
//! - An answer in a variable that was declared before is not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::{mentions, named_call, number},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, StmtKind, TypeNameKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "oracle-min-max",
    title: "the answer of a price feed is not held against bounds",
    severity: Severity::Low,
    confidence: Confidence::Low,
    scwe: "SCWE-085",
    also: &[],
    swc: None,
    source: include_str!("oracle_min_max.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (stmt, _) in view.stmts() {
            let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind else { continue };
            if named_call(init).is_none_or(|call| call.name != "latestRoundData") {
                continue;
            }
            let signed = variables.iter().flatten().find(|variable| matches!(variable.ty.kind, TypeNameKind::Int(_)));
            let Some(answer) = signed.filter(|answer| counts(view, &answer.name) && !is_bounded(view, &answer.name))
            else {
                continue;
            };
            let report = Report {
                message: format!("`{}` counts, however far from the truth it is", answer.name),
                note: "a feed that meets its least or greatest answer goes on reporting that".to_owned(),
                help: format!("require that `{}` lies between bounds that are plausible", answer.name),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(answer.span), report));
        }
    }
}

/// Whether the value goes into a sum, a cast or a result.
fn counts(view: &View<'_>, name: &str) -> bool {
    let is_it = |expr: &Expr| expr.name() == Some(name);
    let is_used = |expr: &Expr| match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Mul | BinaryOp::Div | BinaryOp::Add | BinaryOp::Sub, right) => {
            is_it(left) || is_it(right)
        }
        ExprKind::Call { callee, args, .. } => {
            matches!(callee.kind, ExprKind::Type(_)) && args.iter().any(|arg| is_it(&arg.value))
        }
        _ => false,
    };
    view.exprs().iter().any(|(expr, _)| is_used(expr))
        || view.stmts().iter().any(|(stmt, _)| matches!(&stmt.kind, StmtKind::Return(Some(value)) if is_it(value)))
}

/// Whether it is compared with more than zero, or handed to a function that may do so.
fn is_bounded(view: &View<'_>, name: &str) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, op, right) if op.is_comparison() => {
            let is_far = |side: &Expr, other: &Expr| mentions(side, name) && number(other) != Some(0);
            is_far(left, right) || is_far(right, left)
        }
        _ => named_call(expr).is_some_and(|call| {
            !matches!(call.name, "require" | "assert") && call.args.iter().any(|arg| arg.value.name() == Some(name))
        }),
    })
}
