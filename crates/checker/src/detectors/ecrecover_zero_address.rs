//! # Unchecked result of `ecrecover`
//!
//! ## What it does
//! Looks for functions that use `ecrecover` and never compare its result with the zero address.
//!
//! ## Why it is bad
//! For a malformed signature `ecrecover` returns zero and does not revert. Where the expected signer can be zero, a variable that was never set, any signature passes.
//!
//! ## Example
//! ```solidity
//! return ecrecover(hash, v, r, s) == signers[id];
//! ```
//! Refuse zero, or use `ECDSA.recover`:
//! ```solidity
//! address signer = ecrecover(hash, v, r, s);
//! require(signer != address(0) && signer == signers[id]);
//! ```
//!
//! ## Known gaps
//! - Any comparison with zero in the same function counts.
//! - A signer that is compared with the caller is not reported, for the caller is never zero.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    shape::called,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "ecrecover-zero-address",
    title: "a broken signature recovers the zero address",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-056",
    also: &[],
    swc: Some("SWC-117"),
    source: include_str!("ecrecover_zero_address.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let refuses = view.exprs().iter().any(|(expr, _)| match &expr.kind {
            ExprKind::Binary(left, op, right) if op.is_comparison() => {
                [left, right].iter().any(|side| is_zero(side) || side.is_member("msg", "sender"))
            }
            _ => false,
        });
        if refuses {
            continue;
        }
        for (expr, _) in
            view.exprs().iter().filter(|(expr, _)| called(expr).is_some_and(|(name, _)| name == "ecrecover"))
        {
            let check = edits::holder(view, expr.span).and_then(|(stmt, name)| {
                let check = format!("require({name} != address(0), \"invalid signature\");");
                edits::after(context, view, stmt, &check)
            });
            let report = Report {
                message: "the result of `ecrecover` is never compared with the zero address".to_owned(),
                note: "a malformed signature recovers zero instead of reverting".to_owned(),
                help: "require that the signer is not `address(0)`, or use `ECDSA.recover`".to_owned(),
                fix: check.and_then(|edit| edits::fix("Require that the signer is not zero", vec![edit])),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// Whether it is zero, or the zero address.
fn is_zero(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Number(value) => *value == Some(0),
        ExprKind::Call { args, .. } => matches!(args.as_slice(), [one] if is_zero(&one.value)),
        _ => false,
    }
}
