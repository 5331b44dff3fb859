//! # Open price update
//!
//! ## What it does
//! Looks for functions that anyone may call which set a price: in this contract, or in an oracle that trusts it.
//!
//! ## Why it is bad
//! Whoever sets the price buys at nothing and sells at anything.
//!
//! ## Example
//! ```solidity
//! function updatePrice(uint256 next) external {
//!     price = next;
//! }
//! ```
//! Let only the oracle do it:
//! ```solidity
//! function updatePrice(uint256 next) external onlyOracle {
//!     price = next;
//! }
//! ```
//!
//! ## Known gaps
//! - The names of the variable and of the called function decide.
//! - A price for what the caller owns, such as an offer, is left out where the function looks at the caller.

use super::{
    Detector,
    context::{Context, Report},
    shape::{asks_caller, called, has_word, is_open_door},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "open-price-update",
    title: "anyone sets the price",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-030",
    also: &[],
    swc: None,
    source: include_str!("open_price_update.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function)) {
        if !view.function.modifiers.is_empty() || asks_caller(view) || is_proven(view) {
            continue;
        }
        if let Some(place) = price_passed(view).or_else(|| price_set(view).map(|(expr, _)| expr)) {
            let report = Report {
                message: format!("anyone sets the price by `{}`", view.function.name),
                note: "nothing asks who calls, and the price is what the caller says".to_owned(),
                help: "let only the oracle or its keeper call, and bound what it may say".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(place.span), report));
        }
    }
}

/// Whether a signature or a proof stands for the price.
fn is_proven(view: &View<'_>) -> bool {
    view.exprs()
        .iter()
        .any(|(expr, _)| called(expr).is_some_and(|(name, _)| has_word(name, &["verify", "recover", "proof", "valid"])))
}

/// The call that passes a parameter on to an oracle as its price.
fn price_passed<'v>(view: &View<'v>) -> Option<&'v Expr> {
    view.exprs().iter().map(|(expr, _)| *expr).find(|expr| {
        let is_member =
            matches!(&expr.kind, ExprKind::Call { callee, .. } if matches!(callee.peeled().kind, ExprKind::Member(..)));
        is_member
            && called(expr).is_some_and(|(name, args)| {
                has_word(name, &["updateprice", "setprice", "pushprice", "submitprice", "postprice"])
                    && args.iter().any(|arg| view.is_param(&arg.value))
            })
    })
}

/// The parameter that becomes the price at once, and where.
pub(super) fn price_set<'v>(view: &View<'v>) -> Option<(&'v Expr, &'v str)> {
    view.exprs().iter().find_map(|(expr, _)| match &expr.kind {
        ExprKind::Assign { target, op: None, value } if view.is_param(value) => {
            let mut root = &**target;
            while let ExprKind::Index(base, _) = &root.kind {
                root = base;
            }
            let (ExprKind::Name(name) | ExprKind::Member(_, name)) = &root.kind else { return None };
            let is_local = view.scope().local(name).is_some();
            (has_word(name, &["price"])
                && !is_local
                && !has_word(name, &["queue", "pending", "next", "feed", "oracle"]))
            .then_some((*expr, name.as_str()))
        }
        _ => None,
    })
}
