//! # A trade that takes any price
//!
//! ## What it does
//! Looks for trades on an exchange, and for liquidity added or removed, whose least amount is zero, or whose greatest
//! amount is unlimited. Routers of Uniswap and its like, and pools of Curve, are known.
//!
//! ## Why it is bad
//! Whoever sees the transaction before it is mined moves the price, lets the trade happen, and moves it back. Without a
//! least amount there is no price at which the trade stops, so all of it can be taken.
//!
//! ## Example
//! ```solidity
//! router.swapExactTokensForTokens(amount, 0, path, msg.sender, deadline);
//! ```
//! Let the caller say what is enough:
//! ```solidity
//! router.swapExactTokensForTokens(amount, minimum, path, msg.sender, deadline);
//! ```
//!
//! ## Known gaps
//! - A least amount that is computed from the price in the same transaction protects as little and is not reported.
//! - A function that compares anything named `min…` or `…slippage…` is taken to check the result by itself.

use super::{
    Detector,
    context::{Context, Report},
    shape::{compares, only_value},
    swaps::trade,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-slippage",
    title: "a trade takes any price",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-090",
    also: &["SCWE-151", "SCWE-142", "SCWE-037"],
    swc: Some("SWC-114"),
    source: include_str!("missing_slippage.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some(trade) = trade(expr) else { continue };
            let least = trade.minimums.iter().find(|least| is_zero(view, least));
            let most = trade.maximum.filter(|most| is_unlimited(most));
            let Some(bound) = least.copied().or(most) else { continue };
            if compares(view, &["min", "slippage"]) {
                continue;
            }
            let what = if least.is_some() { "least amount is zero" } else { "greatest amount has no limit" };
            let place = context.place(expr.span);
            let report = Report {
                message: format!("the {what}, so the trade takes any price"),
                note: "whoever sees the transaction first can move the price before it and back after it".to_owned(),
                help: "take the bound as a parameter and pass it on".to_owned(),
                trace: vec![(context.place(bound.span), "nothing bounds the price here".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Whether it is zero, or a name for it.
fn is_zero(view: &View<'_>, expr: &Expr) -> bool {
    let expr = expr.peeled();
    match &expr.kind {
        ExprKind::Number(value) => matches!(value, Some(0 | 1)),
        ExprKind::Call { callee, args, .. } => {
            matches!((&callee.kind, args.as_slice()), (ExprKind::Type(_), [one]) if is_zero(view, &one.value))
        }
        ExprKind::Array(elements) => elements.iter().all(|element| is_zero(view, element)),
        ExprKind::Name(name) => {
            only_value(view, name).is_some_and(|value| matches!(value.peeled().kind, ExprKind::Number(Some(0))))
        }
        _ => false,
    }
}

/// Whether it is `type(uint256).max`.
fn is_unlimited(expr: &Expr) -> bool {
    matches!(&expr.peeled().kind, ExprKind::Member(base, name) if name == "max" && matches!(base.kind, ExprKind::TypeInfo(_)))
}
