//! # Decoding without a length check
//!
//! ## What it does
//! Looks for `abi.decode` of data that a low-level call returned or that the caller passed, whose length is never looked at.
//!
//! ## Why it is bad
//! A call to an account without code returns nothing, and decoding then reverts without a reason. Longer data than
//! expected is accepted, so what was checked or signed may be more than what is used.
//!
//! ## Example
//! ```solidity
//! (bool ok, bytes memory data) = token.staticcall(query);
//! uint256 balance = abi.decode(data, (uint256));
//! ```
//! Check the length first:
//! ```solidity
//! require(ok && data.length == 32);
//! uint256 balance = abi.decode(data, (uint256));
//! ```
//!
//! ## Known gaps
//! - A check in another function is not seen.

use super::view::View;
use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Expr, ExprKind, FunctionKind, StmtKind, Visibility},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-decode",
    title: "data is decoded whatever its length",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-120",
    also: &["SCWE-122", "SCWE-154", "SCWE-011"],
    swc: None,
    source: include_str!("unchecked_decode.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some(name) = decoded(expr) else { continue };
            let Some(is_answer) = is_answer(view, name) else { continue };
            if view.exprs().iter().any(|(expr, _)| expr.is_member(name, "length")) {
                continue;
            }
            let (severity, scwe, whose) = match is_answer {
                true => (Severity::Low, "SCWE-120", "the called account"),
                false => (Severity::Info, "SCWE-122", "the caller"),
            };
            let report = Report {
                severity,
                scwe,
                message: format!("`{name}` is decoded whatever its length"),
                note: format!(
                    "{whose} decides how long it is: too short reverts without a reason, too long is accepted"
                ),
                help: format!("check `{name}.length` first"),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// The name of the variable that an `abi.decode` reads.
fn decoded(expr: &Expr) -> Option<&str> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    let is_decode = callee.is_member("abi", "decode");
    args.first().filter(|_| is_decode).and_then(|arg| arg.value.name())
}

/// Whether data comes from a low-level call (`true`) or from whoever calls the function (`false`).
fn is_answer(view: &View<'_>, name: &str) -> Option<bool> {
    let answers = view.stmts().iter().any(|(stmt, _)| {
        let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind else { return false };
        let ExprKind::Call { callee, .. } = &init.kind else { return false };
        let ExprKind::Member(_, function) = &callee.kind else { return false };
        matches!(function.as_str(), "call" | "staticcall" | "delegatecall")
            && matches!(variables.as_slice(), [_, Some(data)] if data.name == name)
    });
    if answers {
        return Some(true);
    }
    let function = view.function;
    let is_open = function.visibility >= Visibility::Public && function.kind == FunctionKind::Function;
    let param = function.params.iter().find(|param| param.name == name)?;
    (is_open && view.scope().named(&param.ty) == Ty::Bytes).then_some(false)
}
