//! # A divisor that may be zero
//!
//! ## What it does
//! Looks for functions that may be called from outside, and divide by a parameter that nothing compares with anything.
//!
//! ## Why it is bad
//! Dividing by zero is a panic: the caller gets no reason, and a contract that calls on behalf of others is stopped by an input
//! that one of them chose.
//!
//! ## Example
//! ```solidity
//! function share(uint256 total, uint256 parts) external pure returns (uint256) {
//!     return total / parts;
//! }
//! ```
//! Say what is expected:
//! ```solidity
//!     require(parts > 0, "no parts");
//!     return total / parts;
//! ```
//!
//! ## Known gaps
//! - Any comparison of the parameter counts, and so does a function that it is handed to.

use super::{
    Detector,
    context::{Context, Report},
    shape::{is_compared, mentions, named_call},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, ContractKind, Expr, ExprKind, FunctionKind, Visibility};

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-divisor",
    title: "a caller may divide by zero",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-083",
    also: &[],
    swc: None,
    source: include_str!("unchecked_divisor.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_open = |view: &&View<'_>| {
        let home = view.contract.map(|id| context.program.contract(id).kind);
        view.function.visibility >= Visibility::Public
            && view.function.kind == FunctionKind::Function
            && home != Some(ContractKind::Library)
    };
    for view in context.views.iter().filter(is_open) {
        for (expr, setting) in view.exprs().iter().filter(|(_, setting)| !setting.is_assembly) {
            let (ExprKind::Binary(_, BinaryOp::Div | BinaryOp::Rem, divisor)
            | ExprKind::Assign { op: Some(BinaryOp::Div | BinaryOp::Rem), value: divisor, .. }) = &expr.kind
            else {
                continue;
            };
            let Some(name) = divisor.name().filter(|name| view.takes(name) && !is_asked_for(view, name)) else {
                continue;
            };
            let how = if setting.is_unchecked { "even in `unchecked`, " } else { "" };
            let report = Report {
                message: format!("`{}` divides by `{name}`, which may be zero", view.function.name),
                note: format!("{how}dividing by zero is a panic, which gives the caller no reason"),
                help: format!("require that `{name}` is not zero"),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// Whether the parameter is compared, or handed to a function or a modifier.
fn is_asked_for(view: &View<'_>, name: &str) -> bool {
    let is_handed_on = |expr: &Expr| {
        named_call(expr).is_some_and(|call| {
            !matches!(call.name, "require" | "assert") && call.args.iter().any(|arg| arg.value.name() == Some(name))
        })
    };
    is_compared(view, name)
        || view.function.modifiers.iter().flat_map(|modifier| &modifier.args).any(|arg| mentions(arg, name))
        || view.exprs().iter().any(|(expr, _)| is_handed_on(expr))
}
