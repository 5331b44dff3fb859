//! # Address out of 32 bytes
//!
//! ## What it does
//! Looks for `address(uint160(uint256(x)))` of 32 bytes that someone passed, in a contract that never looks at their upper part.
//!
//! ## Why it is bad
//! The upper 12 bytes are cut off without a word. An address of another chain, or one with a typing error, becomes some
//! other account here, and what is sent there is lost.
//!
//! ## Example
//! ```solidity
//! address to = address(uint160(uint256(destination)));
//! ```
//! Check that nothing is cut off:
//! ```solidity
//! require(uint256(destination) >> 160 == 0);
//! address to = address(uint160(uint256(destination)));
//! ```
//!
//! ## Known gaps
//! - Functions that only convert are left out.
//! - A check of another form than a shift by 160 or a comparison with `type(uint160).max` is not seen.

use super::view::View;
use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{BinaryOp, Expr, ExprKind, Mutability, TypeName, TypeNameKind},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-address-bytes",
    title: "bytes are cut to an address unchecked",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-095",
    also: &["SCWE-041"],
    swc: None,
    source: include_str!("unchecked_address_bytes.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            // A function that only converts leaves the check to whoever calls it.
            if view.function.mutability == Mutability::Pure {
                break;
            }
            let Some(name) = cut(expr).and_then(Expr::name) else { continue };
            let Some(param) = view.function.params.iter().find(|param| param.name == name) else { continue };
            let siblings = context.views.iter().filter(|other| other.contract == view.contract);
            if view.scope().named(&param.ty) != Ty::FixedBytes(32) || siblings.into_iter().any(checks) {
                continue;
            }
            let report = Report {
                message: format!("the upper 12 bytes of `{name}` are cut off unchecked"),
                note: "an address that is longer, or shifted, becomes another account".to_owned(),
                help: format!("require `uint256({name}) >> 160 == 0` first"),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// What `address(uint160(uint256(x)))` cuts.
fn cut(expr: &Expr) -> Option<&Expr> {
    let inner = converted(expr, |kind| matches!(kind, TypeNameKind::Address { .. }))?;
    let word = converted(inner, |kind| matches!(kind, TypeNameKind::Uint(160)))?;
    converted(word, |kind| matches!(kind, TypeNameKind::Uint(256)))
}

fn converted(expr: &Expr, to: impl Fn(&TypeNameKind) -> bool) -> Option<&Expr> {
    match &expr.peeled().kind {
        ExprKind::Call { callee, args, .. } => match (&callee.kind, args.as_slice()) {
            (ExprKind::Type(TypeName { kind, .. }), [one]) if to(kind) => Some(one.value.peeled()),
            _ => None,
        },
        _ => None,
    }
}

fn checks(view: &View<'_>) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(_, BinaryOp::Shr, by) => matches!(by.peeled().kind, ExprKind::Number(Some(160))),
        ExprKind::Yul(name, args) => {
            name == "shr" && matches!(args.first(), Some(Expr { kind: ExprKind::Number(Some(160)), .. }))
        }
        ExprKind::TypeInfo(TypeName { kind, .. }) => matches!(kind, TypeNameKind::Uint(160)),
        _ => false,
    })
}
