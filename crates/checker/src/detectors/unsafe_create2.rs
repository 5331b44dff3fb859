//! # A contract created at an address that anyone can take
//!
//! ## What it does
//! Looks for functions anyone may call that pass a salt of the caller's choice to `create2` as it is.
//!
//! ## Why it is bad
//! The address depends on the salt and the code, not on who asks. Someone who sees the transaction can make the same
//! creation first, so that the transaction fails, or can own what others expect to be theirs.
//!
//! ## Example
//! ```solidity
//! function deploy(bytes32 salt) external { new Wallet{salt: salt}(); }
//! ```
//! Bind the salt to the caller:
//! ```solidity
//! new Wallet{salt: keccak256(abi.encode(msg.sender, salt))}();
//! ```
//!
//! ## Known gaps
//! - A salt that is hashed without the caller is taken to be meant that way.
//! - Internal functions of libraries are left to their callers.

use super::{
    Detector,
    context::{Context, Report},
    shape::{is_restricted, is_sender},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "unsafe-create2",
    title: "anyone can take the address of a new contract",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-051",
    also: &[],
    swc: None,
    source: include_str!("unsafe_create2.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        if !view.function.is_external() {
            continue;
        }
        for (expr, _) in view.exprs() {
            let Some(salt) = salt_of(expr).filter(|salt| view.is_param(salt)) else { continue };
            // Code that depends on the caller lies at an address that depends on the caller.
            let is_bound = view.exprs().iter().any(|(other, _)| is_sender(other));
            if is_bound || is_restricted(context, view.id) {
                continue;
            }
            let report = Report {
                message: format!("anyone can use the salt `{}` first", context.text(salt.span)),
                note: "the address depends on the salt and the code, not on who asks for it".to_owned(),
                help: "hash the salt with `msg.sender`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// The salt that an expression creates a contract with.
fn salt_of(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Yul(name, args) if name == "create2" => args.get(3),
        ExprKind::Call { callee, options, .. } if matches!(callee.peeled().kind, ExprKind::New(_)) => {
            options.iter().find(|(name, _)| name == "salt").map(|(_, value)| value)
        }
        _ => None,
    }
}
