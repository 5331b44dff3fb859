//! # Return bomb
//!
//! ## What it does
//! Looks for calls with a limit of gas whose answer may be of any length.
//!
//! ## Why it is bad
//! The limit holds for the called contract. Its answer is copied with the gas of the caller, and a long one uses it all up,
//! so that a call that was meant to be allowed to fail makes everything fail.
//!
//! ## Example
//! ```solidity
//! (bool ok, ) = target.call{gas: limit}(data);
//! ```
//! Copy no more than is needed:
//! ```solidity
//! assembly { ok := call(limit, target, 0, add(data, 32), mload(data), 0, 0) }
//! ```
//!
//! ## Known gaps
//! - Calls without a limit of gas are left out: who forwards all of it trusts the target with it.

use super::{
    Detector,
    context::{Context, Report},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Expr, ExprKind},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "return-bomb",
    title: "a long answer can use up the gas that was kept back",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-059",
    also: &[],
    swc: Some("SWC-126"),
    source: include_str!("return_bomb.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let ExprKind::Call { callee, options, .. } = &expr.kind else { continue };
            if !options.iter().any(|(name, _)| name == "gas") || !copies_any_length(view, expr, callee) {
                continue;
            }
            let report = Report {
                message: "the answer to this call is copied however long it is".to_owned(),
                note: "copying uses the gas that the limit was to keep back, so the caller fails as well".to_owned(),
                help: "make the call in assembly and copy no more than is needed".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

fn copies_any_length(view: &View<'_>, expr: &Expr, callee: &Expr) -> bool {
    match &callee.peeled().kind {
        ExprKind::Member(base, name) if matches!(name.as_str(), "call" | "delegatecall" | "staticcall") => {
            matches!(view.ty(base), Ty::Address { .. })
        }
        _ => is_dynamic(&view.ty(expr)),
    }
}

fn is_dynamic(ty: &Ty) -> bool {
    match ty {
        Ty::Bytes | Ty::String | Ty::Array(_) => true,
        Ty::Tuple(parts) => parts.iter().any(is_dynamic),
        _ => false,
    }
}
