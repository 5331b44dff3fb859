//! # A count that limits nothing
//!
//! ## What it does
//! Looks for counters of what each caller did that anyone raises by calling, and that no code ever reads.
//!
//! ## Why it is bad
//! The counter says that the number of calls matters. Nothing refuses the next one, so a caller floods the function.
//!
//! ## Example
//! ```solidity
//! function request() external {
//!     requests[msg.sender]++;
//! }
//! ```
//! Refuse what is too much:
//! ```solidity
//! function request() external {
//!     require(requests[msg.sender] < LIMIT, "too many");
//!     requests[msg.sender]++;
//! }
//! ```
//!
//! ## Known gaps
//! - A counter that is read for anything at all is taken for a limit.
//! - Counters that only other systems read are right, and are reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, is_open_door, is_sender, number},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "unlimited-requests",
    title: "a count of calls limits none",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-077",
    also: &[],
    swc: None,
    source: include_str!("unlimited_requests.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function) && view.function.modifiers.is_empty()) {
        for (expr, _) in view.exprs() {
            let Some(counter) = counted(expr).filter(|name| !has_word(name, &["nonce"])) else { continue };
            let exprs = || context.views.iter().flat_map(|view| view.exprs()).map(|(expr, _)| expr);
            let uses = exprs().filter(|expr| expr.name() == Some(counter)).count();
            let counts = exprs().filter(|expr| counted(expr) == Some(counter)).count();
            if uses > counts {
                continue;
            }
            let report = Report {
                message: format!("`{counter}` counts the calls of `{}` and limits none", view.function.name),
                note: "no code reads the count, so a caller may go on without end".to_owned(),
                help: "require that the count is below a limit, and start it anew after some time".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// The variable whose element for the caller is raised by one.
fn counted(expr: &Expr) -> Option<&str> {
    let target = match &expr.kind {
        ExprKind::Unary(UnaryOp::Increment, target) => target,
        ExprKind::Assign { target, op: Some(BinaryOp::Add), value } if is_one(value) => target,
        _ => return None,
    };
    match &target.peeled().kind {
        ExprKind::Index(base, Some(key)) if is_sender(key) => base.name(),
        _ => None,
    }
}

fn is_one(expr: &Expr) -> bool {
    number(expr) == Some(1)
}
