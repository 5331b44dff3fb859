//! # Decision by the block's time
//!
//! ## What it does
//! Looks for comparisons with `block.timestamp`, directly, through a local variable or through a function that returns it.
//! Equality is graver: the proposer of a block can hit or miss an exact second. A deadline or a delay is only worth knowing:
//! seconds do not matter to it.
//!
//! ## Why it is bad
//! Whoever proposes the block chooses its time within some seconds, and with it on which side of the comparison it falls.
//!
//! ## Example
//! ```solidity
//! require(block.timestamp == opening);
//! ```
//! Ask for a span of time that some seconds do not matter to:
//! ```solidity
//! require(block.timestamp >= opening && block.timestamp < opening + 7 days);
//! ```
//!
//! ## Known gaps
//! - A limit that is always a sum, such as a start and a period, leaves room and is not reported.
//! - A copy of the time in a state variable is not followed.

use super::{
    Detector,
    context::{Context, Report},
    numbers,
    shape::{names_any, without_casts},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{BinaryOp, Expr, ExprKind, StmtKind},
    program::VariableId,
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "block-timestamp",
    title: "a decision follows the block's time",
    severity: Severity::Low,
    confidence: Confidence::Low,
    scwe: "SCWE-065",
    also: &["SCWE-031"],
    swc: Some("SWC-116"),
    source: include_str!("block_timestamp.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut margins = None;
    for view in &context.views {
        let clocks = clocks(view);
        let is_clock = |expr: &Expr| holds_time(view, &clocks, expr);
        for (expr, _) in view.exprs() {
            let ExprKind::Binary(left, op, right) = &expr.kind else { continue };
            if !op.is_comparison() {
                continue;
            }
            let (left_clock, right_clock) = (is_clock(left), is_clock(right));
            if left_clock == right_clock {
                continue;
            }
            let limit = if left_clock { right } else { left };
            let margins = margins.get_or_insert_with(|| sums(context));
            if view.scope().root_variable(limit).is_some_and(|id| margins.contains(&id)) || leaves_room(limit) {
                continue;
            }
            let is_exact = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
            let is_span = !is_exact && names_any(expr, &SPANS);
            let place = context.place(expr.span);
            let report = Report {
                severity: if is_span { Severity::Info } else { Severity::Low },
                confidence: if is_exact { Confidence::Medium } else { Confidence::Low },
                message: format!("`{}` lets the block's time decide", context.program.snippet(place)),
                note: "whoever proposes the block chooses its time within some seconds".to_owned(),
                help: "make sure that some seconds more or less change nothing, for example by a margin".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// What names of limits say that are minutes away at least.
const SPANS: [&str; 10] =
    ["deadline", "expir", "delay", "eta", "until", "period", "duration", "cooldown", "valid", "unlock"];

/// Local variables that hold nothing but the time.
fn clocks<'a>(view: &View<'a>) -> HashSet<&'a str> {
    let mut clocks = HashSet::new();
    for (stmt, _) in view.stmts() {
        match &stmt.kind {
            StmtKind::Declare { variables, init: Some(init) } if is_now(view, init) => {
                clocks.extend(variables.iter().flatten().map(|variable| variable.name.as_str()));
            }
            StmtKind::Expr(Expr { kind: ExprKind::Assign { target, value, .. }, .. }) if !is_now(view, value) => {
                target.name().iter().for_each(|name| _ = clocks.remove(name));
            }
            _ => {}
        }
    }
    clocks
}

fn is_now(view: &View<'_>, expr: &Expr) -> bool {
    let expr = without_casts(expr);
    numbers::is_time(expr) || returns_time(view, expr)
}

/// Whether the time is part of an expression. A remainder of it is a matter of chance, which another detector looks at.
fn holds_time(view: &View<'_>, clocks: &HashSet<&str>, expr: &Expr) -> bool {
    let is_remainder = matches!(expr.kind, ExprKind::Binary(_, BinaryOp::Rem, _));
    let deeper = || expr.children().into_iter().any(|child| holds_time(view, clocks, child));
    !is_remainder && (reads_time(view, clocks, expr) || deeper())
}

fn reads_time(view: &View<'_>, clocks: &HashSet<&str>, expr: &Expr) -> bool {
    numbers::is_time(expr)
        || matches!(&expr.kind, ExprKind::Name(name) if clocks.contains(name.as_str()))
        || returns_time(view, expr)
}

/// Whether a call means a function that does nothing but return the time.
fn returns_time(view: &View<'_>, expr: &Expr) -> bool {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return false };
    if !args.is_empty() || callee.name().is_none() {
        return false;
    }
    let Some(id) = view.scope().callee(callee, &[]) else { return false };
    let body = view.program().function(id).body.as_ref();
    body.is_some_and(|body| match body.stmts.as_slice() {
        [stmt] => matches!(&stmt.kind, StmtKind::Return(Some(value)) if numbers::is_time(without_casts(value))),
        _ => false,
    })
}

/// State variables that are only ever given sums: a start and a period, an end and a margin.
fn sums(context: &Context<'_>) -> HashSet<VariableId> {
    let (mut sums, mut others) = (HashSet::new(), HashSet::new());
    for view in &context.views {
        for (expr, _) in view.exprs() {
            if let ExprKind::Assign { target, op: None, value } = &expr.kind
                && let Some(id) = view.scope().root_variable(target)
            {
                if leaves_room(value) {
                    sums.insert(id)
                } else {
                    others.insert(id)
                };
            }
        }
    }
    &sums - &others
}

/// Whether a limit is a sum with a period.
fn leaves_room(limit: &Expr) -> bool {
    match &limit.peeled().kind {
        ExprKind::Binary(left, BinaryOp::Add, right) => {
            [left, right].into_iter().any(|side| match &side.peeled().kind {
                ExprKind::Number(seconds) => seconds.is_none_or(|seconds| seconds >= 15),
                ExprKind::Name(name) => {
                    name.chars().all(|char| char.is_uppercase() || char == '_' || char.is_numeric())
                }
                _ => false,
            })
        }
        _ => false,
    }
}
