//! # Unchecked transfer
//!
//! ## What it does
//! Looks for `transfer` and `transferFrom` of an ERC-20 token whose result nothing looks at.
//!
//! ## Why it is bad
//! Some tokens return `false` instead of reverting. A deposit is then credited although no token came.
//!
//! ## Example
//! ```solidity
//! token.transferFrom(msg.sender, address(this), amount);
//! deposits[msg.sender] += amount;
//! ```
//! Use OpenZeppelin's `SafeERC20`, which also takes tokens that return nothing:
//! ```solidity
//! token.safeTransferFrom(msg.sender, address(this), amount);
//! deposits[msg.sender] += amount;
//! ```
//!
//! ## Known gaps
//! - Wrapped Ether reverts on failure and is left out, by its name.
//! - When the token's declaration is not at hand, its type's name decides whether it is an ERC-20.

use super::{
    Detector,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Fix, Severity};
use solwright_analysis::{
    facts::{CallKind, ExternalCall},
    ir::{Expr, ExprKind, Stmt, StmtKind, Using},
    program::ContractId,
};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-transfer",
    title: "the result of an ERC-20 transfer is ignored",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-048",
    also: &[],
    swc: Some("SWC-104"),
    source: include_str!("unchecked_transfer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in context.all().flat_map(|facts| &facts.calls) {
        let Some(name) = call.function.as_deref().filter(|name| matches!(*name, "transfer" | "transferFrom")) else {
            continue;
        };
        let Some(confidence) = confidence(call) else { continue };
        if call.place.file != 0 || !context.is_discarded(call.place) {
            continue;
        }
        let safe = if name == "transfer" { "safeTransfer" } else { "safeTransferFrom" };
        let report = Report {
            severity: Severity::Medium,
            confidence,
            message: format!("the result of `{name}` on `{}` is ignored", call.target),
            note: "a token may return `false` instead of reverting, and nothing has moved then".to_owned(),
            help: format!("use `{safe}` of OpenZeppelin's `SafeERC20`, or require the returned `bool`"),
            fix: safer(context, call.place.span, name, safe),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, call.place, report));
    }
}

/// OpenZeppelin's function where the contract has it at hand, else a `require`.
fn safer(context: &Context<'_>, call: Span, name: &str, safe: &str) -> Option<Fix> {
    let program = context.program;
    let view = context.view_at(context.place(call))?;
    let is_it = |using: &Using| using.paths.iter().any(|path| path.last().is_some_and(|name| name == "SafeERC20"));
    let uses = view.contract.is_some_and(|id| program.contract(id).usings.iter().any(is_it))
        || program.file(0).usings.iter().any(is_it);
    let has = |id: ContractId| {
        let library = program.contract(id);
        library.name == "SafeERC20" && library.functions.iter().any(|function| function.name == safe)
    };
    let stands_alone = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Expr(expr) if expr.span == call);
    if uses && program.contract_ids().any(has) && view.stmts().iter().any(|(stmt, _)| stands_alone(stmt)) {
        let is_call = |expr: &&Expr| expr.span == call && matches!(expr.kind, ExprKind::Call { .. });
        let expr = view.exprs().iter().map(|(expr, _)| *expr).find(is_call)?;
        let ExprKind::Call { callee, .. } = &expr.kind else { return None };
        return edits::fix(format!("Use `{safe}`"), vec![edits::rename(context, callee, name, safe)?]);
    }
    edits::require_success(context, call, false)
}

/// How sure it is that this is an ERC-20 token that may return `false`.
fn confidence(call: &ExternalCall) -> Option<Confidence> {
    let name = call.target_type.to_ascii_uppercase();
    if call.kind != CallKind::HighLevel || name.contains("WETH") || name.contains("721") || name.contains("1155") {
        return None;
    }
    match call.returns_bool {
        Some(true) => Some(Confidence::High),
        Some(false) => None,
        None if name.contains("ERC20") || name.contains("TOKEN") => Some(Confidence::Medium),
        None => None,
    }
}
