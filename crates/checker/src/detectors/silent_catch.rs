//! # Silent catch
//!
//! ## What it does
//! Looks for a `catch` that does nothing.
//!
//! ## Why it is bad
//! The function goes on, and its caller sees success, although what it was called for did not happen.
//!
//! ## Example
//! ```solidity
//! try router.swap(data) returns (uint256 out) { pay(out); } catch {}
//! ```
//! Fail, or say so:
//! ```solidity
//! try router.swap(data) returns (uint256 out) { pay(out); } catch { revert SwapFailed(); }
//! ```
//!
//! ## Known gaps
//! - `permit` may have been used by someone else already, so an empty `catch` after it is right and left out.
//! - A `catch` that does anything at all counts as handled.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, has_word},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::StmtKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "silent-catch",
    title: "a `catch` hides a failure",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-146",
    also: &["SCWE-121"],
    swc: None,
    source: include_str!("silent_catch.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (stmt, _) in view.stmts() {
            let StmtKind::Try { call, clauses } = &stmt.kind else { continue };
            let is_silent = clauses
                .iter()
                .skip(1)
                .any(|clause| clause.block.stmts.iter().all(|stmt| matches!(stmt.kind, StmtKind::Continue)));
            if !is_silent || called(call.peeled()).is_some_and(|(name, _)| has_word(name, &["permit"])) {
                continue;
            }
            let place = context.place(call.span);
            let report = Report {
                message: format!("a failure of `{}` is caught and forgotten", context.program.snippet(place)),
                note: "the function goes on as if it had happened, and its caller sees success".to_owned(),
                help: "revert in the `catch`, undo what was done, or emit an event that tells".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}
