//! # Unused return
//!
//! ## What it does
//! Looks for calls to other contracts whose answer nothing looks at.
//!
//! ## Why it is bad
//! The answer says what happened: how much was paid, whether it worked. What follows then rests on a guess.
//!
//! ## Example
//! ```solidity
//! pool.withdraw(amount);
//! owed[msg.sender] += amount;
//! ```
//! Use what came:
//! ```solidity
//! owed[msg.sender] += pool.withdraw(amount);
//! ```
//!
//! ## Known gaps
//! - `transfer` and `transferFrom` have a detector of their own, and so have low-level calls.
//! - Functions whose declaration is not at hand are left out.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, ExternalCall},
    ir::{Expr, ExprKind},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "unused-return",
    title: "the answer of another contract is ignored",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-048",
    also: &[],
    swc: Some("SWC-104"),
    source: include_str!("unused_return.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in context.all().flat_map(|facts| &facts.calls) {
        let is_left_out = call.kind != CallKind::HighLevel || call.place.file != 0 || !context.is_discarded(call.place);
        if is_left_out || !answers(context, call) {
            continue;
        }
        let name = call.function.as_deref().unwrap_or_default();
        let report = Report {
            message: format!("what `{name}` of `{}` returns is ignored", call.target),
            note: "the answer says what happened, and the code goes on without asking".to_owned(),
            help: "use the returned value, or check it".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, call.place, report));
    }
}

/// Whether the called function is known to return something that another detector does not ask for.
fn answers(context: &Context<'_>, call: &ExternalCall) -> bool {
    let is_told_elsewhere = matches!(call.function.as_deref(), Some("transfer" | "transferFrom" | "approve"));
    let view = context.view_at(call.place);
    let Some(view) = view.filter(|_| !is_told_elsewhere) else { return false };
    let is_it = |expr: &&Expr| expr.span == call.place.span && matches!(expr.kind, ExprKind::Call { .. });
    let expr = view.exprs().iter().map(|(expr, _)| *expr).find(is_it);
    expr.is_some_and(|expr| match view.ty(expr) {
        Ty::Tuple(parts) => !parts.is_empty(),
        Ty::Unknown => false,
        _ => true,
    })
}
