//! # Spot price
//!
//! ## What it does
//! Looks for prices from the reserves or the current tick of a pool.
//!
//! ## Why it is bad
//! A flash loan moves the reserves within one transaction, and with them the price.
//!
//! ## Example
//! ```solidity
//! (uint112 r0, uint112 r1,) = pair.getReserves();
//! return uint256(r1) * 1e18 / r0;
//! ```
//! Take an average over time, or a feed:
//! ```solidity
//! (int56[] memory ticks,) = pool.observe(window);
//! ```
//!
//! ## Known gaps
//! - A price from balances of tokens is not reported.
//! - A pool of the same contract is its own, and not reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, has_word, speaks_of},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "spot-price",
    title: "a price is read from what a pool holds right now",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-112",
    also: &[],
    swc: None,
    source: include_str!("spot_price.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some((name @ ("getReserves" | "slot0"), _)) = called(expr) else { continue };
            let ExprKind::Call { callee, .. } = &expr.kind else { continue };
            let divides = view.exprs().iter().any(|(expr, _)| match &expr.kind {
                ExprKind::Binary(_, op, _) => matches!(op, BinaryOp::Div | BinaryOp::Mul | BinaryOp::Shr),
                _ => called(expr).is_some_and(|(name, _)| name == "mulDiv"),
            });
            let is_price =
                has_word(&view.function.name, &["price", "rate", "value", "quote", "oracle", "worth", "collateral"]);
            let averages = speaks_of(view, &["twap", "cumulative", "observe", "liquiditydelta", "getamountout"]);
            if !matches!(callee.peeled().kind, ExprKind::Member(..)) || !divides || !is_price || averages {
                continue;
            }
            let report = Report {
                message: format!(
                    "`{}` takes a price from `{name}`, which one transaction can move",
                    view.function.name
                ),
                note: "a flash loan shifts the pool, asks for the price and shifts it back".to_owned(),
                help: "take an average over time, or a price feed".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
