//! # Deprecated words
//!
//! ## What it does
//! Looks for functions and words that newer compilers no longer know: `suicide`, `sha3`, `throw`, `callcode`,
//! `block.blockhash`, `msg.gas`, `now` and `var`.
//!
//! ## Why it is bad
//! They tie the contract to an old compiler, and some mean something else than they seem to: `callcode` loses the
//! caller, `throw` takes all gas, `var` picks the smallest type that its first value fits.
//!
//! ## Example
//! ```solidity
//! if (now < end) throw;
//! ```
//! Use the words of today:
//! ```solidity
//! require(block.timestamp >= end);
//! ```
//!
//! ## Known gaps
//! - Deprecated functions of libraries are not looked at.

use super::view::View;
use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::Fix;
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, StmtKind};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "deprecated",
    title: "a word that newer compilers no longer know",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-072",
    also: &["SCWE-009"],
    swc: Some("SWC-111"),
    source: include_str!("deprecated.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let mut found = Vec::new();
        for (expr, setting) in view.exprs() {
            if !setting.is_assembly {
                found.extend(word(view, expr).map(|(old, new)| (expr.span, old, new)));
            }
        }
        for (stmt, _) in view.stmts() {
            let starts = |word: &str| stmt.span.text(context.program.text(0)).starts_with(word);
            match &stmt.kind {
                StmtKind::Revert { .. } if starts("throw") => found.push((stmt.span, "throw", "revert()")),
                StmtKind::Declare { .. } if starts("var ") || starts("var(") => found.push((stmt.span, "var", "")),
                _ => {}
            }
        }
        found.sort_by_key(|(span, ..)| *span);
        for (span, old, new) in found {
            findings.push(context.finding(&DETECTOR, context.place(span), report(span, old, new)));
        }
    }
}

fn report(span: Span, old: &str, new: &str) -> Report {
    let help = match (old, new) {
        ("var", _) => "state the type".to_owned(),
        ("callcode", _) => "use `delegatecall`, and see that it keeps the caller".to_owned(),
        _ => format!("use `{new}`"),
    };
    // Names are replaced where they stand; what needs other arguments is left to the author.
    let is_plain = matches!(old, "sha3" | "suicide" | "now" | "msg.gas" | "throw" | "block.blockhash");
    let span = if old == "throw" { Span { start: span.start, end: span.start + old.len() } } else { span };
    let fix = is_plain.then(|| Fix { title: format!("Use `{new}`"), edits: vec![(span, new.to_owned())] });
    Report {
        message: format!("`{old}` is deprecated"),
        note: "newer compilers refuse it, and older ones have known bugs".to_owned(),
        help,
        fix,
        ..Report::of(&DETECTOR)
    }
}

/// The deprecated word that an expression is, with what took over.
fn word(view: &View<'_>, expr: &Expr) -> Option<(&'static str, &'static str)> {
    match &expr.kind {
        ExprKind::Name(name) => {
            let found = match name.as_str() {
                "sha3" => ("sha3", "keccak256"),
                "suicide" => ("suicide", "selfdestruct"),
                "now" => ("now", "block.timestamp"),
                _ => return None,
            };
            let is_own = view.scope().local(name).is_some() || view.scope().variable(name).is_some();
            (!is_own).then_some(found)
        }
        ExprKind::Member(base, name) => match (base.name().unwrap_or_default(), name.as_str()) {
            ("block", "blockhash") => Some(("block.blockhash", "blockhash")),
            ("msg", "gas") => Some(("msg.gas", "gasleft()")),
            (_, "callcode") => Some(("callcode", "delegatecall")),
            _ => None,
        },
        _ => None,
    }
}
