//! # The amount that was asked for is credited, not the one that came
//!
//! ## What it does
//! Looks for functions that pull an amount of a token with `transferFrom` and add the same amount to their books, without
//! looking at their balance of the token.
//!
//! ## Why it is bad
//! Some tokens keep a fee of each transfer, and the balances of others change by themselves. The books then promise more
//! than there is, and whoever withdraws last gets nothing.
//!
//! ## Example
//! ```solidity
//! token.transferFrom(msg.sender, address(this), amount);
//! deposits[msg.sender] += amount;
//! ```
//! Credit what came:
//! ```solidity
//! uint256 before = token.balanceOf(address(this));
//! token.transferFrom(msg.sender, address(this), amount);
//! deposits[msg.sender] += token.balanceOf(address(this)) - before;
//! ```
//!
//! ## Known gaps
//! - A token that is known to take no fee is not told from others; where the token is fixed by the contract, the finding
//!   is of low severity for that reason.
//! - Amounts that pass through an internal function are not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::{NamedCall, is_this, named_call},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "fee-on-transfer",
    title: "the amount asked for is credited, not the one that came",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-110",
    also: &["SCWE-111"],
    swc: None,
    source: include_str!("fee_on_transfer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let looks = view.exprs().iter().any(|(expr, _)| named_call(expr).is_some_and(|call| call.name == "balanceOf"));
        if looks {
            continue;
        }
        for (expr, _) in view.exprs() {
            let Some((token, amount)) = pulled(expr) else { continue };
            let Some(credit) = credit_of(view, amount) else { continue };
            let is_chosen = view.is_param(token);
            let place = context.place(credit.span);
            let report = Report {
                severity: if is_chosen { Severity::Medium } else { Severity::Low },
                message: format!("`{amount}` is credited, though less of the token may have come"),
                note: "a token that takes a fee, or whose balances change, leaves the books with more than there is"
                    .to_owned(),
                help: "credit the difference of `balanceOf(address(this))` before and after the transfer".to_owned(),
                trace: vec![(context.place(expr.span), "the token is pulled here".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
            break;
        }
    }
}

/// The token and the amount that a call pulls into the contract.
fn pulled(expr: &Expr) -> Option<(&Expr, &str)> {
    let NamedCall { name, base, args } = named_call(expr)?;
    if !matches!(name, "transferFrom" | "safeTransferFrom") {
        return None;
    }
    let (token, to, amount) = match args {
        [_, to, amount] => (base?, to, amount),
        // A library that is called by its name.
        [token, _, to, amount] => (&token.value, to, amount),
        _ => return None,
    };
    let token = match &token.peeled().kind {
        ExprKind::Call { args, .. } if args.len() == 1 => &args[0].value,
        _ => token,
    };
    is_this(&to.value).then_some((token, amount.value.name()?))
}

/// Where the amount is added to a state variable.
fn credit_of<'a>(view: &View<'a>, amount: &str) -> Option<&'a Expr> {
    let is_amount = |value: &Expr| value.name() == Some(amount);
    let adds = |target: &Expr, value: &Expr| match &value.peeled().kind {
        ExprKind::Binary(_, BinaryOp::Add, right) => is_amount(right) && view.scope().root_variable(target).is_some(),
        ExprKind::Call { callee, args, .. } => {
            matches!((&callee.kind, args.as_slice()), (ExprKind::Member(_, name), [one]) if name == "add" && is_amount(&one.value))
        }
        _ => false,
    };
    view.exprs().iter().map(|(expr, _)| *expr).find(|expr| match &expr.kind {
        ExprKind::Assign { target, op: Some(BinaryOp::Add), value } => {
            is_amount(value) && view.scope().root_variable(target).is_some()
        }
        ExprKind::Assign { target, op: None, value } => adds(target, value),
        _ => false,
    })
}
