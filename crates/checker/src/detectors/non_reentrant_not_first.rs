//! # Reentrancy guard after other modifiers
//!
//! ## What it does
//! Looks for functions whose `nonReentrant` stands behind another modifier.
//!
//! ## Why it is bad
//! Modifiers run in order. What stands before the guard runs without it, and may call out.
//!
//! ## Example
//! ```solidity
//! function withdraw() external updateReward nonReentrant { … }
//! ```
//! Put the guard first:
//! ```solidity
//! function withdraw() external nonReentrant updateReward { … }
//! ```
//!
//! ## Known gaps
//! - Modifiers that only compare are reported too: their order costs nothing.

use super::{
    Detector,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "non-reentrant-not-first",
    title: "`nonReentrant` is not the first modifier",
    severity: Severity::Info,
    confidence: Confidence::High,
    scwe: "SCWE-045",
    also: &["SCWE-046"],
    swc: None,
    source: include_str!("non_reentrant_not_first.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let is_guard = |path: &[String]| path.last().is_some_and(|name| name == "nonReentrant");
        let Some((at, guard)) = view.function.modifiers.iter().enumerate().rfind(|(_, call)| is_guard(&call.path))
        else {
            continue;
        };
        if at == 0 {
            continue;
        }
        let text = context.program.text(0);
        let start = text[..guard.span.start].trim_end().len();
        let first = view.function.modifiers[0].span.start;
        let moved = vec![
            edits::insert(first, format!("{} ", guard.span.text(text))),
            (Span::new(start, guard.span.end), String::new()),
        ];
        let report = Report {
            message: format!("`nonReentrant` is not the first modifier of `{}`", view.function.name),
            note: "the modifiers before it run without the guard".to_owned(),
            help: "put `nonReentrant` first".to_owned(),
            fix: edits::fix("Put `nonReentrant` first", moved),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(guard.span), report));
    }
}
