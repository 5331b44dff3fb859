//! # A nonce that checks nothing
//!
//! ## What it does
//! Looks for functions that anyone may call, which raise a nonce that they neither compare, nor hash, nor hand on.
//!
//! ## Why it is bad
//! A nonce makes a message good once, when what was signed or asked for names it. Counted and never asked for, it only looks
//! like protection: the same request passes again with the next number.
//!
//! ## Example
//! ```solidity
//! function transfer(address to, uint256 amount) external {
//!     nonces[msg.sender] = nonces[msg.sender] + 1;
//!     _pay(to, amount);
//! }
//! ```
//! Ask for the number that the request names:
//! ```solidity
//! function transfer(address to, uint256 amount, uint256 nonce) external {
//!     require(nonce == nonces[msg.sender]++, "replayed");
//!     _pay(to, amount);
//! }
//! ```
//!
//! ## Known gaps
//! - Names with `nonce` in them decide. Functions named for the nonce, or for revoking, are there to raise it and stay silent.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, is_open_door, named_call, names_any},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, StmtKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-nonce",
    title: "a nonce is used up and checks nothing",
    severity: Severity::Low,
    confidence: Confidence::Low,
    scwe: "SCWE-081",
    also: &[],
    swc: None,
    source: include_str!("unchecked_nonce.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function) && view.function.modifiers.is_empty()) {
        let name = &view.function.name;
        let raised = view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
            StmtKind::Expr(expr) => raised(expr).filter(|target| is_nonce(target)),
            _ => None,
        });
        let Some(target) = raised else { continue };
        if has_word(name, &["nonce", "cancel", "revoke", "invalidate"]) || is_asked_for(view) {
            continue;
        }
        let place = context.place(target.span);
        let report = Report {
            message: format!("`{name}` raises `{}` and never asks for it", context.program.snippet(place)),
            note: "a request that was made once passes again, with the next number".to_owned(),
            help: "take the nonce as a parameter, or make it part of what is signed, and compare it".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// What a statement counts up or sets.
fn raised(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Assign { target, .. } | ExprKind::Unary(UnaryOp::Increment, target) => Some(target),
        _ => None,
    }
}

fn is_nonce(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Index(base, Some(_)) if names_any(base, &["nonce"]))
}

/// Whether a nonce is compared, handed on, announced, returned or looked up.
fn is_asked_for(view: &View<'_>) -> bool {
    let words: &[&str] = &["nonce"];
    let in_expr = |expr: &Expr| match &expr.kind {
        ExprKind::Binary(_, op, _) => op.is_comparison() && names_any(expr, words),
        ExprKind::Index(_, Some(key)) => names_any(key, words),
        ExprKind::Yul(..) => names_any(expr, words),
        _ => named_call(expr).is_some_and(|call| call.args.iter().any(|arg| names_any(&arg.value, words))),
    };
    view.exprs().iter().any(|(expr, _)| in_expr(expr))
        || view.function.returns.iter().any(|result| has_word(&result.name, words))
        || view.stmts().iter().any(|(stmt, _)| {
            matches!(stmt.kind, StmtKind::Emit { .. } | StmtKind::Return(_))
                && stmt.exprs().iter().any(|expr| names_any(expr, words))
        })
}
