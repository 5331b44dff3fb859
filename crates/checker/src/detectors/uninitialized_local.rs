//! # A local variable that nothing set
//!
//! ## What it does
//! Looks for local variables of one word that are read before anything is assigned to them.
//!
//! ## Why it is bad
//! It is zero. Ether sent to it is burnt, tokens are lost or the call reverts, and a check against it passes for an
//! account that was never set.
//!
//! ## Example
//! ```solidity
//! address payable receiver;
//! receiver.transfer(amount);
//! ```
//! Set it first:
//! ```solidity
//! address payable receiver = payable(msg.sender);
//! receiver.transfer(amount);
//! ```
//!
//! ## Known gaps
//! - An assignment earlier in the text counts, also where it is made under a condition.
//! - What is counted up, or read first in a loop, is meant to begin at zero and left out.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, mentions},
    uninitialized_storage_pointer::has_name,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Expr, ExprKind, StmtKind, Variable},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "uninitialized-local",
    title: "a local variable is used before it is set",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-071",
    also: &[],
    swc: None,
    source: include_str!("uninitialized_local.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (stmt, setting) in view.stmts() {
            let StmtKind::Declare { variables, init: None } = &stmt.kind else { continue };
            let [Some(variable)] = variables.as_slice() else { continue };
            let ty = view.scope().named(&variable.ty);
            // Some write a zero this way, and say so.
            let is_meant = has_word(&variable.name, &["zero", "null", "empty", "none", "nobody"]);
            if setting.is_assembly || !ty.is_value() || is_meant {
                continue;
            }
            let Some(read) = first_read(view, variable) else { continue };
            let is_account = matches!(ty, Ty::Address { .. } | Ty::Contract(_));
            let report = Report {
                severity: if is_account { Severity::Medium } else { Severity::Low },
                message: format!("`{}` is read before anything is assigned to it", variable.name),
                note: "it is zero".to_owned(),
                help: "set it first, or write the zero that is meant".to_owned(),
                trace: vec![(context.place(variable.span), "declared without a value".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(read.span), report));
        }
    }
}

/// Where a variable is read before it is set; in loops, and where it is counted up, to begin at zero is meant.
fn first_read<'a>(view: &View<'a>, variable: &Variable) -> Option<&'a Expr> {
    for (expr, setting) in view.exprs().iter().filter(|(expr, _)| expr.span.start > variable.span.end) {
        let is_it = |target: &Expr| has_name(target, &variable.name);
        match &expr.kind {
            ExprKind::Assign { target, value, .. } if is_it(target) && !mentions(value, &variable.name) => return None,
            ExprKind::Unary(op, target) if op.is_assignment() && is_it(target) => return None,
            ExprKind::Name(name) if *name == variable.name => return (setting.loops == 0).then_some(expr),
            _ => {}
        }
    }
    None
}
