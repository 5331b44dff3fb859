//! # Unvalidated price
//!
//! ## What it does
//! Looks for the price of another contract that goes straight into a sum, and that nothing compares with anything.
//!
//! ## Why it is bad
//! Who moves the price for one transaction, or sees it fail to zero, borrows or withdraws at that price.
//!
//! ## Example
//! ```solidity
//! balances[msg.sender] += msg.value * oracle.getPrice();
//! ```
//! Bound it by what was seen before:
//! ```solidity
//! uint256 price = oracle.getPrice();
//! require(price > last * 95 / 100 && price < last * 105 / 100);
//! ```
//!
//! ## Known gaps
//! - The names `getPrice`, `price`, `getAssetPrice`, `latestPrice` and their like decide.
//! - Any comparison of the variable that holds the price counts.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, is_in_comparison},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, FunctionKind, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "unvalidated-price",
    title: "a price is used as it comes",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-028",
    also: &[],
    swc: None,
    source: include_str!("unvalidated_price.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| view.function.kind != FunctionKind::Constructor) {
        for (expr, _) in view.exprs() {
            if is_price(expr) && is_used_raw(view, expr) {
                let report = Report {
                    message: "a price is used as it comes, nothing bounds it".to_owned(),
                    note: "whoever moves the price for one transaction pays or borrows at that price".to_owned(),
                    help: "compare it with the last price or with bounds before it counts".to_owned(),
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
            }
        }
    }
}

/// Whether it asks another contract for a price.
pub(super) fn is_price(expr: &Expr) -> bool {
    const NAMES: [&str; 9] = [
        "getPrice",
        "price",
        "getAssetPrice",
        "latestPrice",
        "getLatestPrice",
        "getUnderlyingPrice",
        "fetchPrice",
        "peek",
        "readPrice",
    ];
    let is_member =
        matches!(&expr.kind, ExprKind::Call { callee, .. } if matches!(callee.peeled().kind, ExprKind::Member(..)));
    is_member && called(expr).is_some_and(|(name, _)| NAMES.contains(&name))
}

/// Whether the price goes into a product or a quotient, itself or by a variable that nothing compares.
fn is_used_raw(view: &View<'_>, price: &Expr) -> bool {
    let is_sum = |expr: &Expr, holds: &dyn Fn(&Expr) -> bool| match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Mul | BinaryOp::Div, right) => holds(left.peeled()) || holds(right.peeled()),
        _ => false,
    };
    if view.exprs().iter().any(|(expr, _)| is_sum(expr, &|side| side.span == price.span)) {
        return true;
    }
    let holder = view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } if init.peeled().span == price.span => {
            variables.first()?.as_ref()
        }
        _ => None,
    });
    holder.is_some_and(|variable| {
        let name = Some(variable.name.as_str());
        !is_in_comparison(view, &variable.name)
            && view.exprs().iter().any(|(expr, _)| is_sum(expr, &|side| side.name() == name))
    })
}
