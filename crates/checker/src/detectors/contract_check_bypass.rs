//! # Bypassable check for contracts
//!
//! ## What it does
//! Looks for checks that the caller has no code: `msg.sender.code.length == 0`, `extcodesize`, `!isContract(msg.sender)`.
//!
//! ## Why it is bad
//! A contract has no code while its constructor runs. Whoever calls from a constructor passes the check.
//!
//! ## Example
//! ```solidity
//! require(msg.sender.code.length == 0);
//! allowed[msg.sender] = true;
//! ```
//! Do not rely on it: allow those who are known:
//! ```solidity
//! require(allowlist[msg.sender]);
//! ```
//!
//! ## Known gaps
//! - Sizes that are kept in a variable first are followed only inside of assembly.

use super::{
    Detector,
    context::{Context, Report},
    shape::is_sender,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "contract-check-bypass",
    title: "a check for code that a constructor passes",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-144",
    also: &[],
    swc: None,
    source: include_str!("contract_check_bypass.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            if !asks_for_no_code(expr) {
                continue;
            }
            let place = context.place(expr.span);
            let report = Report {
                message: format!("`{}` holds for contracts under construction as well", context.program.snippet(place)),
                note: "a contract has no code while its constructor runs, and can call from there".to_owned(),
                help: "do not tell contracts from accounts; allow known callers, or make the call harmless".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn asks_for_no_code(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Eq, right) => {
            let is_zero = |expr: &Expr| matches!(expr.peeled().kind, ExprKind::Number(Some(0)) | ExprKind::Bool(false));
            let is_size = |expr: &Expr| is_code_size(expr) || is_contract_call(expr);
            is_size(left) && is_zero(right) || is_zero(left) && is_size(right)
        }
        ExprKind::Unary(UnaryOp::Not, inner) => is_contract_call(inner.peeled()),
        ExprKind::Yul(name, args) => {
            name == "extcodesize"
                && args.iter().any(|arg| matches!(&arg.kind, ExprKind::Yul(name, _) if name == "caller"))
        }
        _ => false,
    }
}

/// `msg.sender.code.length`, `extcodesize(msg.sender)`
fn is_code_size(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Member(base, length) if length == "length" => {
            matches!(&base.peeled().kind, ExprKind::Member(account, code) if code == "code" && is_sender(account))
        }
        ExprKind::Call { callee, args, .. } => {
            let name = callee.name().unwrap_or_default().to_ascii_lowercase();
            name.contains("codesize") && args.iter().any(|arg| is_sender(&arg.value))
        }
        _ => false,
    }
}

/// `isContract(msg.sender)`, `Address.isContract(msg.sender)`, `msg.sender.isContract()`
fn is_contract_call(expr: &Expr) -> bool {
    let ExprKind::Call { callee, args, .. } = &expr.peeled().kind else { return false };
    let (name, own) = match &callee.peeled().kind {
        ExprKind::Name(name) => (name, false),
        ExprKind::Member(base, name) => (name, is_sender(base)),
        _ => return false,
    };
    let bare = name.trim_start_matches('_').to_ascii_lowercase();
    bare == "iscontract" && (own || args.iter().any(|arg| is_sender(&arg.value)))
}
