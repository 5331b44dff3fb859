//! # A trade without a deadline
//!
//! ## What it does
//! Looks for trades on an exchange whose deadline is `block.timestamp`, a time counted from it, or the greatest number; and for
//! functions that anyone may call to swap at a least amount, which take no deadline at all.
//!
//! ## Why it is bad
//! `block.timestamp` is the time at which the transaction is mined, whenever that is, so the deadline is never missed. A
//! transaction that waited for days still trades, at a price that its sender no longer wants.
//!
//! ## Example
//! ```solidity
//! router.swapExactTokensForTokens(amount, minimum, path, msg.sender, block.timestamp);
//! ```
//! Let the caller say how long the trade is wanted:
//! ```solidity
//! router.swapExactTokensForTokens(amount, minimum, path, msg.sender, deadline);
//! ```
//!
//! ## Known gaps
//! - A function that compares the time with a deadline by itself is not reported, whatever it passes on.
//! - Exchanges with functions of other names are not known.

use super::{
    Detector,
    context::{Context, Report},
    shape::{compares, has_word, is_open_door, names_any, only_value, speaks_of},
    swaps::trade,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-deadline",
    title: "a trade may happen at any time",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-141",
    also: &["SCWE-142"],
    swc: None,
    source: include_str!("missing_deadline.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        if offers_trade(view) {
            let report = Report {
                confidence: Confidence::Low,
                message: format!("`{}` takes no deadline", view.function.name),
                note: "a transaction that waits is made at the worst moment that the least amount allows".to_owned(),
                help: "take a `deadline` and compare it with `block.timestamp`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
        }
        for (expr, _) in view.exprs() {
            let Some(deadline) = trade(expr).and_then(|trade| trade.deadline) else { continue };
            if !never_passes(view, deadline) || has_own_deadline(view) {
                continue;
            }
            let place = context.place(deadline.span);
            let report = Report {
                message: format!("the deadline `{}` never passes", context.program.snippet(place)),
                note: "the time is that of the block the trade lands in, however long it waited".to_owned(),
                help: "take a `deadline` as a parameter and pass it on".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Whether anyone may call it to swap for a least amount, without a word about the time.
fn offers_trade(view: &View<'_>) -> bool {
    let name = view.function.name.to_ascii_lowercase();
    is_open_door(view.function)
        && name.starts_with("swap")
        && view.function.params.iter().any(|param| has_word(&param.name, &["min"]))
        && !speaks_of(view, &["deadline", "expir", "validuntil", "timestamp", "params"])
}

/// Whether the function or one of its modifiers looks at a deadline of the caller's.
fn has_own_deadline(view: &View<'_>) -> bool {
    let words = ["deadline", "expir", "validuntil"];
    let by_modifier =
        view.function.modifiers.iter().any(|modifier| modifier.args.iter().any(|arg| names_any(arg, &words)));
    by_modifier || compares(view, &words)
}

/// Whether it lies in the future of every block.
fn never_passes(view: &View<'_>, expr: &Expr) -> bool {
    let expr = expr.peeled();
    match &expr.kind {
        ExprKind::Name(name) => name == "now" || only_value(view, name).is_some_and(counts_from_now),
        ExprKind::Member(base, name) if name == "max" => matches!(base.kind, ExprKind::TypeInfo(_)),
        ExprKind::Call { callee, args, .. } => matches!(
            (&callee.kind, args.as_slice()),
            (ExprKind::Type(_), [one]) if matches!(one.value.peeled().kind, ExprKind::Unary(UnaryOp::Neg | UnaryOp::BitNot, _))
        ),
        _ => counts_from_now(expr),
    }
}

/// Whether it is the time of the block, or that and more.
fn counts_from_now(expr: &Expr) -> bool {
    let expr = expr.peeled();
    match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Add, right) => counts_from_now(left) || counts_from_now(right),
        ExprKind::Call { callee, .. } => {
            matches!(&callee.kind, ExprKind::Member(base, name) if name == "add" && counts_from_now(base))
        }
        _ => expr.is_member("block", "timestamp") || expr.name() == Some("now"),
    }
}
