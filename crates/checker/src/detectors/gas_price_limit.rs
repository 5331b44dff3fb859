//! # A fixed limit of the gas price
//!
//! ## What it does
//! Looks for comparisons of `tx.gasprice` or `block.basefee` with a number or a constant.
//!
//! ## Why it is bad
//! The base fee rises with demand, and nobody can pay less. When it passes the limit the function cannot be called, often just
//! when withdrawals matter most.
//!
//! ## Example
//! ```solidity
//! require(tx.gasprice <= 30 gwei, "gas too high");
//! ```
//! Let governance move the limit, or do without it:
//! ```solidity
//! require(tx.gasprice <= maxGasPrice, "gas too high");
//! ```
//!
//! ## Known gaps
//! - A limit in state that no function can change is not told apart from one that can move.

use super::{
    Detector,
    context::{Context, Report},
    shape::number,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "gas-price-limit",
    title: "a fixed gas price decides",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-127",
    also: &[],
    swc: None,
    source: include_str!("gas_price_limit.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let ExprKind::Binary(left, op, right) = &expr.kind else { continue };
            let is_limit = is_fee(left) && is_fixed(view, right) || is_fee(right) && is_fixed(view, left);
            if !op.is_comparison() || !is_limit {
                continue;
            }
            let place = context.place(expr.span);
            let report = Report {
                message: format!("`{}` fails when the base fee rises", context.program.snippet(place)),
                note: "nobody can pay less than the base fee, and the limit cannot move".to_owned(),
                help: "keep the limit in state that governance can change, or remove it".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn is_fee(expr: &Expr) -> bool {
    expr.is_member("tx", "gasprice") || expr.is_member("block", "basefee")
}

/// Whether it is a number that is not zero, or a constant.
fn is_fixed(view: &View<'_>, expr: &Expr) -> bool {
    number(expr).is_some_and(|value| value > 0) || expr.name().is_some_and(|name| view.constant(name).is_some())
}
