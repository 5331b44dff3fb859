//! # Strict equality with a balance
//!
//! ## What it does
//! Looks for `==` and `!=` between the balance of this contract, in Ether or a token, and an expected value.
//!
//! ## Why it is bad
//! Anyone can send Ether or tokens to a contract, by `selfdestruct` even where it takes none. One wei too many and the condition never holds again.
//!
//! ## Example
//! ```solidity
//! require(address(this).balance == total);
//! ```
//! Ask for at least so much:
//! ```solidity
//! require(address(this).balance >= total);
//! ```
//!
//! ## Known gaps
//! - A comparison with zero before anything was sent is reported like any other.
//! - A balance kept in a variable is not followed. One that was taken earlier in the same call is a fair thing to compare with.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, is_this, only_value},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-strict-equality",
    title: "a balance that anyone can raise is asked for exactly",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-075",
    also: &[],
    swc: Some("SWC-132"),
    source: include_str!("incorrect_strict_equality.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (view, expr) in context.views.iter().flat_map(|view| view.exprs().iter().map(move |(expr, _)| (view, *expr))) {
        let ExprKind::Binary(left, BinaryOp::Eq | BinaryOp::Ne, right) = &expr.kind else { continue };
        let Some(balance) = [left, right].into_iter().find(|side| is_own_balance(side)) else { continue };
        let was_taken = |part: &Expr| part.name().and_then(|name| only_value(view, name)).is_some_and(is_own_balance);
        if expr.any(&was_taken) {
            continue;
        }
        let report = Report {
            message: format!("`{}` is asked for exactly, and anyone can raise it", context.text(balance.span)),
            note: "Ether and tokens can be sent to a contract without its consent".to_owned(),
            help: "compare with `>=`, or count what came in by yourself".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
    }
}

/// `address(this).balance`, `this.balance`, `token.balanceOf(address(this))`
fn is_own_balance(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Member(base, name) => name == "balance" && is_this(base),
        _ => called(expr).is_some_and(|(name, args)| name == "balanceOf" && args.len() == 1 && is_this(&args[0].value)),
    }
}
