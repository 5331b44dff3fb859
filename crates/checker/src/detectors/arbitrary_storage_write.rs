//! # Write to arbitrary storage
//!
//! ## What it does
//! Looks for `sstore` whose slot is a parameter. Lengths of arrays that the caller sets are `controlled-array-length`'s.
//!
//! ## Why it is bad
//! Every state variable lies in a slot. Whoever chooses the slot writes the owner.
//!
//! ## Example
//! ```solidity
//! assembly { sstore(slot, value) }
//! ```
//! Write through a mapping, whose slots are hashes:
//! ```solidity
//! values[msg.sender] = value;
//! ```
//!
//! ## Known gaps
//! - A slot that is computed from a parameter by a hash is trusted.
//! - Internal functions are not reported: their callers choose.

use super::{
    Detector,
    context::{Context, Report},
    shape::is_compared,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "arbitrary-storage-write",
    title: "the caller chooses which storage slot is written",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-057",
    also: &[],
    swc: Some("SWC-124"),
    source: include_str!("arbitrary_storage_write.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for facts in run.entries.iter().filter(|facts| facts.is_entry && facts.access.is_empty()) {
            let Some(view) = context.view(facts.function) else { continue };
            for (expr, _) in view.exprs().iter().filter(|(expr, _)| is_open(view, expr)) {
                let report = Report {
                    message: format!(
                        "`{}` lets the caller choose the storage that is written",
                        context.text(expr.span)
                    ),
                    note: "the owner and every balance lie in slots too".to_owned(),
                    help: "write through a mapping or a checked index".to_owned(),
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
            }
        }
    }
}

fn is_open(view: &View<'_>, expr: &Expr) -> bool {
    let ExprKind::Yul(name, args) = &expr.kind else { return false };
    let slot = args.first().and_then(Expr::name).filter(|_| name == "sstore");
    slot.is_some_and(|slot| view.takes(slot) && !is_compared(view, slot))
}
