//! # An allowance that is replaced
//!
//! ## What it does
//! Looks for contracts that set an allowance to a new amount, other than nothing or everything, without setting it to zero
//! first, and for tokens whose `approve` lets holders do so and offers nothing else.
//!
//! ## Why it is bad
//! A spender who sees the change coming spends the old allowance before it and the new one after it.
//!
//! ## Example
//! ```solidity
//! token.approve(spender, amount);
//! ```
//! Take the old one back first, or move it by a difference:
//! ```solidity
//! token.forceApprove(spender, 0);
//! token.forceApprove(spender, amount);
//! ```
//!
//! ## Known gaps
//! - Whether the allowance was zero before is not followed.

use super::{
    Detector,
    context::{Context, Report},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, FunctionKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "approve-race",
    title: "an allowance is replaced, and the old one can still be spent",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-103",
    also: &[],
    swc: Some("SWC-114"),
    source: include_str!("approve_race.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            if approved(expr).is_some_and(|amount| is_some_amount(view, amount)) && !resets(view) && !own_spender(expr)
            {
                findings.push(context.finding(
                    &DETECTOR,
                    context.place(expr.span),
                    report("the allowance is replaced in one step"),
                ));
            }
        }
        if is_open_approve(context, view) {
            let at = context.place(view.function.name_span);
            findings.push(context.finding(
                &DETECTOR,
                at,
                report("`approve` replaces an allowance in one step, and nothing moves it by a difference"),
            ));
        }
    }
}

fn report(message: &str) -> Report {
    Report {
        message: message.to_owned(),
        note: "a spender who sees the change coming spends the old allowance and then the new one".to_owned(),
        help: "set it to zero first, or raise and lower it by a difference".to_owned(),
        ..Report::of(&DETECTOR)
    }
}

/// The amount of `token.approve(spender, amount)`.
fn approved(expr: &Expr) -> Option<&Expr> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    match (&callee.peeled().kind, args.as_slice()) {
        (ExprKind::Member(_, name), [_, amount]) if name == "approve" || name == "safeApprove" => Some(&amount.value),
        _ => None,
    }
}

/// What the contract gives itself is not spent by a stranger.
fn own_spender(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { args, .. } if args.first().is_some_and(|arg| arg.value.any(&|inner| inner.name() == Some("this"))))
}

/// An amount that a parameter names; not zero, not everything, not what was just received.
fn is_some_amount(view: &View<'_>, amount: &Expr) -> bool {
    view.is_param(amount)
}

fn resets(view: &View<'_>) -> bool {
    view.exprs().iter().any(|(expr, _)| {
        let to_zero = |expr: &Expr| approved(expr).is_some_and(|amount| matches!(amount.peeled().kind, ExprKind::Number(Some(0))));
        let spends = |expr: &Expr| matches!(&expr.kind, ExprKind::Call { callee, .. }
            if matches!(&callee.peeled().kind, ExprKind::Member(_, name) if name.contains("ransferFrom") || name == "allowance"));
        to_zero(expr) || spends(expr)
    })
}

/// Whether a token's own `approve` writes the amount as it came in, and holders cannot raise or lower it otherwise.
fn is_open_approve(context: &Context<'_>, view: &View<'_>) -> bool {
    let function = view.function;
    let Some(contract) = view.contract else { return false };
    if function.name != "approve"
        || function.kind != FunctionKind::Function
        || function.params.len() != 2
        || function.body.is_none()
    {
        return false;
    }
    let moves =
        |name: &str| ["increaseAllowance", "increaseApproval", "safeIncreaseAllowance", "permit"].contains(&name);
    let program = context.program;
    let has_other = program
        .linearized(contract)
        .iter()
        .any(|&base| program.contract(base).functions.iter().any(|function| moves(&function.name)));
    let amount = function.params[1].name.as_str();
    let writes = view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Assign { target, value, .. } => {
            matches!(target.peeled().kind, ExprKind::Index(..)) && value.name() == Some(amount)
        }
        _ => false,
    });
    let asks = view.exprs().iter().any(|(expr, _)| {
        matches!(&expr.kind, ExprKind::Binary(left, op, right)
        if op.is_comparison() && [left, right].iter().any(|side| side.name() == Some(amount)))
    });
    writes && !asks && !has_other
}
