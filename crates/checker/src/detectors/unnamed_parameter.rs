//! # Unnamed parameter
//!
//! ## What it does
//! Looks for public functions that change the state and take parameters without a name, so that they cannot use them.
//!
//! ## Why it is bad
//! Callers pass a value that is ignored. It is easily a check or a transfer that was forgotten.
//!
//! ## Example
//! ```solidity
//! function transfer(address, uint256) public { count += 1; }
//! ```
//! Name and use the parameters, or leave them out:
//! ```solidity
//! function transfer(address to, uint256 amount) public { balances[to] += amount; }
//! ```
//!
//! ## Known gaps
//! - Overrides, callbacks (`onTokenReceived`) and functions that only revert or only return have parameters because a
//!   standard says so, and are left out.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, Function, FunctionKind, Stmt, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "unnamed-parameter",
    title: "a parameter has no name",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-093",
    also: &[],
    swc: None,
    source: include_str!("unnamed_parameter.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let function = view.function;
        let inherits = view.contract.is_some_and(|id| !context.program.contract(id).bases.is_empty());
        if inherits || !is_free_to_choose(function) {
            continue;
        }
        for (at, param) in function.params.iter().enumerate().filter(|(_, param)| param.name.is_empty()) {
            let report = Report {
                message: format!("parameter {} of `{}` has no name", at + 1, function.name),
                note: "nothing can use what callers pass there".to_owned(),
                help: "name and use it, or leave it out".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(param.span), report));
        }
    }
}

/// Whether the author chose the parameters: no standard, base or hook did.
fn is_free_to_choose(function: &Function) -> bool {
    let is_hook = function.name.strip_prefix("on").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let stmts = function.body.as_ref().map(|body| body.stmts.as_slice());
    let is_answer = |stmt: &Stmt| match &stmt.kind {
        StmtKind::Return(_) | StmtKind::Revert { .. } => true,
        StmtKind::Expr(Expr { kind: ExprKind::Call { callee, .. }, .. }) => callee.name() == Some("revert"),
        _ => false,
    };
    let is_stub = |stmts: &[Stmt]| matches!(stmts, [one] if is_answer(one));
    function.kind == FunctionKind::Function
        && function.is_external()
        && function.is_mutating()
        && !function.is_override
        && !function.is_virtual
        && !is_hook
        && stmts.is_some_and(|stmts| !is_stub(stmts))
}
