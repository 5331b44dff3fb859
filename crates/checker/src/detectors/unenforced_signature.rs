//! # A signature that nothing enforces
//!
//! ## What it does
//! Looks for functions that compare a recovered signer in an `if` without an `else`, and return in silence when it is wrong.
//!
//! ## Why it is bad
//! The transaction succeeds although nothing happened. Whoever relies on it, a relayer, another contract or a user, takes the
//! forged request for one that was carried out; and what follows the `if` runs for everyone.
//!
//! ## Example
//! ```solidity
//! address signer = ecrecover(hash, v, r, s);
//! if (signer == owner) { _act(); }
//! ```
//! Revert when it is wrong:
//! ```solidity
//! address signer = ECDSA.recover(hash, signature);
//! require(signer == owner, "wrong signature");
//! _act();
//! ```
//!
//! ## Known gaps
//! - Functions that return something are taken to say so in what they return.

use super::{
    Detector,
    context::{Context, Report},
    shape::{is_open_door, mentions, recovers_signer},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "unenforced-signature",
    title: "a wrong signature ends in silence",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-019",
    also: &[],
    swc: None,
    source: include_str!("unenforced_signature.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function) && view.function.returns.is_empty()) {
        for (stmt, _) in view.stmts() {
            let StmtKind::If { condition, otherwise: None, .. } = &stmt.kind else { continue };
            if !is_signed(view, condition) {
                continue;
            }
            let report = Report {
                message: format!("`{}` ends in silence when the signature is wrong", view.function.name),
                note: "the transaction succeeds, and what follows the `if` runs for everyone".to_owned(),
                help: "require that the signer is the expected one".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(condition.span), report));
        }
    }
}

/// Whether a condition holds only for a recovered signer.
fn is_signed(view: &View<'_>, condition: &Expr) -> bool {
    let ExprKind::Binary(left, BinaryOp::Eq, right) = &condition.peeled().kind else { return false };
    let holds_signer = |name: &str| {
        view.stmts().iter().any(|(stmt, _)| match &stmt.kind {
            StmtKind::Declare { variables, init: Some(init) } => {
                recovers_signer(init) && matches!(variables.first(), Some(Some(variable)) if variable.name == name)
            }
            StmtKind::Expr(Expr { kind: ExprKind::Assign { target, value, .. }, .. }) => {
                recovers_signer(value) && mentions(target, name)
            }
            _ => false,
        })
    };
    [left, right].iter().any(|side| recovers_signer(side) || side.name().is_some_and(holds_signer))
}
