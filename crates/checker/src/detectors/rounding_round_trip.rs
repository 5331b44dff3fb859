//! # A round trip that gains
//!
//! ## What it does
//! Looks for an amount that a quotient made, rounded down, and that the same function turns back with a quotient that is rounded
//! up.
//!
//! ## Why it is bad
//! Each trip there and back may gain one unit. Done in a loop, or with an asset of few decimals, the units add up to what others
//! own.
//!
//! ## Example
//! ```solidity
//! shares = amount * totalShares / totalAssets;
//! assets = shares * totalAssets / totalShares + 1;
//! ```
//! Round against the caller both ways:
//! ```solidity
//! assets = shares * totalAssets / totalShares;
//! ```
//!
//! ## Known gaps
//! - Only `x / y + 1` and `(x + y - 1) / y` are known to round up.
//! - Trips over two functions are not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::{mentions, number},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, Stmt, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "rounding-round-trip",
    title: "a round trip rounds in the favour of the caller",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-124",
    also: &[],
    swc: None,
    source: include_str!("rounding_round_trip.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let made: Vec<(&str, &Expr)> = view.stmts().iter().filter_map(|(stmt, _)| made(stmt)).collect();
        for (_, back) in &made {
            let Some(quotient) = rounded_up(back) else { continue };
            let is_from = |name: &str, value: &Expr| {
                matches!(value.peeled().kind, ExprKind::Binary(_, BinaryOp::Div, _))
                    && rounded_up(value).is_none()
                    && mentions(quotient, name)
            };
            let Some((name, there)) = made.iter().find(|(name, value)| is_from(name, value)) else { continue };
            let report = Report {
                message: format!("`{name}` is rounded down, and what it is turned back into is rounded up"),
                note: "each trip there and back may gain one unit".to_owned(),
                help: "round against the caller both ways".to_owned(),
                trace: vec![(context.place(there.span), "rounded down here".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(back.span), report));
        }
    }
}

/// The variable that a statement sets, and its value.
fn made(stmt: &Stmt) -> Option<(&str, &Expr)> {
    match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } => match variables.as_slice() {
            [Some(variable)] => Some((&variable.name, init)),
            _ => None,
        },
        StmtKind::Expr(Expr { kind: ExprKind::Assign { target, op: None, value }, .. }) => {
            Some((target.name()?, value))
        }
        _ => None,
    }
}

/// The quotient in `x / y + 1` and `(x + y - 1) / y`.
fn rounded_up(expr: &Expr) -> Option<&Expr> {
    match &expr.peeled().kind {
        ExprKind::Binary(left, BinaryOp::Add, right) => {
            let is_quotient = matches!(left.peeled().kind, ExprKind::Binary(_, BinaryOp::Div, _));
            (is_quotient && number(right) == Some(1)).then_some(left)
        }
        ExprKind::Binary(left, BinaryOp::Div, _) => match &left.peeled().kind {
            ExprKind::Binary(_, BinaryOp::Sub, one) => (number(one) == Some(1)).then_some(expr),
            _ => None,
        },
        _ => None,
    }
}
