//! # Dead code
//!
//! ## What it does
//! Looks for internal and private functions that nothing calls, and for functions whose whole body has no effect.
//!
//! ## Why it is bad
//! Code that never runs was never tested, and often it is a check that someone forgot to call.
//!
//! ## Example
//! ```solidity
//! function _checkLimit(uint256 amount) private view { require(amount < limit); }
//! function withdraw(uint256 amount) external { _pay(msg.sender, amount); }
//! ```
//! Call it, or remove it:
//! ```solidity
//! function withdraw(uint256 amount) external { _checkLimit(amount); _pay(msg.sender, amount); }
//! ```
//!
//! ## Known gaps
//! - Functions of libraries and abstract contracts, and virtual ones, are there for others and are left out.
//! - A function that only dead code calls is not reported.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{ContractKind, Expr, ExprKind, Function, FunctionKind, StmtKind, UnaryOp, Visibility};

pub(super) const DETECTOR: Detector = Detector {
    id: "dead-code",
    title: "code that does nothing",
    severity: Severity::Info,
    confidence: Confidence::High,
    scwe: "SCWE-062",
    also: &[],
    swc: Some("SWC-135"),
    source: include_str!("dead_code.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let Some(contract) = view.contract.map(|id| context.program.contract(id)) else { continue };
        let function = view.function;
        // One that has virtual functions is made to be derived from.
        let is_base = contract.functions.iter().any(|function| function.is_virtual);
        let is_for_others = contract.kind != ContractKind::Contract || is_base || function.is_override;
        if is_for_others || function.kind != FunctionKind::Function || function.body.is_none() {
            continue;
        }
        let is_inner = function.states_visibility && function.visibility <= Visibility::Internal;
        let (message, note) = if is_inner && context.words().is_unused(&function.name) {
            (format!("nothing calls `{}`", function.name), "it never runs")
        } else if is_idle(function) {
            (format!("`{}` has no effect", function.name), "it works out values that nothing uses")
        } else {
            continue;
        };
        let help = "remove it, unless code that should use it is missing".to_owned();
        let report = Report { message, note: note.to_owned(), help, ..Report::of(&DETECTOR) };
        findings.push(context.finding(&DETECTOR, context.place(function.name_span), report));
    }
}

/// Whether the body is made of declarations alone that change and check nothing.
fn is_idle(function: &Function) -> bool {
    let stmts = function.body.as_ref().map(|body| body.stmts.as_slice()).unwrap_or_default();
    let is_idle = |kind: &StmtKind| match kind {
        StmtKind::Declare { init: Some(value), .. } => !value.any(&acts),
        StmtKind::Declare { init: None, .. } => true,
        _ => false,
    };
    !stmts.is_empty()
        && function.modifiers.is_empty()
        && function.returns.is_empty()
        && stmts.iter().all(|stmt| is_idle(&stmt.kind))
}

fn acts(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Assign { .. } => true,
        ExprKind::Unary(UnaryOp::Increment | UnaryOp::Decrement | UnaryOp::Delete, _) => true,
        ExprKind::Call { callee, .. } => !matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable),
        _ => false,
    }
}
