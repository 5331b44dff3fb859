//! # A reason that is thrown away
//!
//! ## What it does
//! Looks for low-level calls with data whose answer is dropped, after which the function reverts with words of its own.
//!
//! ## Why it is bad
//! The called contract said why it failed. Users, tests and other contracts that act on its error see a text that fits all.
//!
//! ## Example
//! ```solidity
//! (bool ok, ) = target.call(data);
//! require(ok, "call failed");
//! ```
//! Hand the reason on:
//! ```solidity
//! (bool ok, bytes memory answer) = target.call(data);
//! if (!ok) assembly { revert(add(answer, 32), mload(answer)) }
//! ```
//!
//! ## Known gaps
//! - A call without data only pays, and most receivers have nothing to say.

use super::{
    Detector,
    context::{Context, Report},
    shape::{mentions, named_call},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, StmtKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "swallowed-revert",
    title: "the reason of a failed call is thrown away",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-121",
    also: &[],
    swc: None,
    source: include_str!("swallowed_revert.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (stmt, _) in view.stmts() {
            let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind else { continue };
            let [Some(success), None] = variables.as_slice() else { continue };
            if !carries_data(init) || !reverts_without(view, &success.name) {
                continue;
            }
            let place = context.place(init.span);
            let report = Report {
                message: format!("the reason why `{}` fails is thrown away", context.program.snippet(place)),
                note: "the function reverts with words of its own, whatever the called contract said".to_owned(),
                help: "keep the returned bytes, and revert with them".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Whether it is a low-level call that asks for more than to be paid.
fn carries_data(expr: &Expr) -> bool {
    let Some(call) = named_call(expr) else { return false };
    let is_empty = |arg: &Expr| matches!(&arg.peeled().kind, ExprKind::Text(text) if text.is_empty());
    matches!(call.name, "call" | "delegatecall" | "staticcall")
        && call.base.is_some()
        && matches!(call.args, [data] if !is_empty(&data.value))
}

/// Whether the function reverts where the call did not succeed.
fn reverts_without(view: &View<'_>, success: &str) -> bool {
    let requires = |expr: &Expr| {
        named_call(expr).is_some_and(|call| {
            call.name == "require" && call.args.first().is_some_and(|arg| mentions(&arg.value, success))
        })
    };
    view.exprs().iter().any(|(expr, _)| requires(expr)) || view.stmts().iter().any(|(stmt, _)| match &stmt.kind {
        StmtKind::If { condition, .. } => {
            matches!(&condition.peeled().kind, ExprKind::Unary(UnaryOp::Not, inner) if inner.name() == Some(success))
        }
        _ => false,
    })
}
