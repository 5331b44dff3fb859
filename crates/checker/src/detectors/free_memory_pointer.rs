//! # Corrupt free memory pointer
//!
//! ## What it does
//! Looks for assembly that sets the free memory pointer at `0x40` to a fixed value and leaves it there.
//!
//! ## Why it is bad
//! Solidity puts new values where the pointer says. A fixed value points into memory that is in use, so that hashes and
//! return values are overwritten.
//!
//! ## Example
//! ```solidity
//! assembly { mstore(0x40, add(0x40, 0x20)) }
//! ```
//! Move on from where the pointer is:
//! ```solidity
//! assembly { let p := mload(0x40) mstore(p, value) mstore(0x40, add(p, 0x20)) }
//! ```
//!
//! ## Known gaps
//! - Writes past the reserved memory are not looked for.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "free-memory-pointer",
    title: "the free memory pointer is overwritten",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-123",
    also: &["SCWE-039"],
    swc: None,
    source: include_str!("free_memory_pointer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let instructions = view.exprs();
        let is_end = |expr: &Expr| matches!(&expr.kind, ExprKind::Yul(name, _) if matches!(name.as_str(), "return" | "revert" | "stop" | "selfdestruct"));
        for (at, (expr, _)) in instructions.iter().enumerate() {
            let Some(value) = new_pointer(expr).filter(|value| is_fixed(value)) else { continue };
            // Scratch use that is undone, or after which nothing runs, does no harm.
            let mut rest = instructions[at + 1..].iter().map(|(expr, _)| expr);
            if rest.any(|expr| is_end(expr) || new_pointer(expr).is_some_and(|value| !is_fixed(value))) {
                continue;
            }
            let place = context.place(expr.span);
            let report = Report {
                message: format!("`{}` overwrites the free memory pointer", context.program.snippet(place)),
                note: format!("`{}` is a fixed place, whatever is in memory already", context.text(value.span)),
                help: "add to `mload(0x40)` instead, or restore the old pointer at the end of the block".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// What an `mstore(0x40, …)` stores.
fn new_pointer(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Yul(name, args) if name == "mstore" => match args.as_slice() {
            [Expr { kind: ExprKind::Number(Some(0x40)), .. }, value] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is worked out of numbers alone.
fn is_fixed(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) => true,
        ExprKind::Yul(name, args) => {
            matches!(name.as_str(), "add" | "sub" | "mul" | "shl") && args.iter().all(is_fixed)
        }
        _ => false,
    }
}
