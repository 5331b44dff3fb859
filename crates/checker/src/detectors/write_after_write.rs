//! # A value that is overwritten before anyone reads it
//!
//! ## What it does
//! Looks for two assignments to the same variable with nothing between them that could read the first.
//!
//! ## Why it is bad
//! The first assignment has no effect. Most often the second was meant for another variable, or an operator is missing.
//!
//! ## Example
//! ```solidity
//! fee = base;
//! fee = amount / 100;
//! ```
//! Keep what both should do:
//! ```solidity
//! fee = base;
//! fee += amount / 100;
//! ```
//!
//! ## Known gaps
//! - Only neighbouring assignments of one block are followed: a branch, a loop or a call between them ends the search.
//! - Elements of mappings and fields of structs are not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::mentions,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Block, Expr, ExprKind, Stmt, StmtKind};
use std::collections::HashMap;

pub(super) const DETECTOR: Detector = Detector {
    id: "write-after-write",
    title: "a value is overwritten before it is read",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-062",
    also: &[],
    swc: Some("SWC-135"),
    source: include_str!("write_after_write.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (first, second, name) in blocks(view).into_iter().flat_map(overwritten) {
            let report = Report {
                message: format!("`{name}` is overwritten before anything reads this value"),
                note: "the assignment has no effect, so one of the two was meant to do something else".to_owned(),
                help: "remove it, or keep both values".to_owned(),
                trace: vec![(context.place(second.span), format!("`{name}` is assigned again here"))],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(first.span), report));
        }
    }
}

fn blocks<'a>(view: &View<'a>) -> Vec<&'a Block> {
    let inner = view.stmts().iter().filter_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Block(block) | StmtKind::Unchecked(block) => Some(block),
        _ => None,
    });
    view.function.body.iter().chain(inner).collect()
}

/// Assignments that a later one of the block makes useless, both and the variable's name.
fn overwritten(block: &Block) -> Vec<(&Expr, &Expr, &str)> {
    let mut found = Vec::new();
    let mut pending: HashMap<&str, &Expr> = HashMap::new();
    for stmt in &block.stmts {
        let Some((expr, target, value)) = assignment(stmt) else {
            pending.clear();
            continue;
        };
        pending.retain(|name, _| !mentions(value, name));
        match target.name() {
            Some(name) => found.extend(pending.insert(name, expr).map(|first| (first, expr, name))),
            None => pending.clear(),
        }
    }
    found
}

/// `target = value;` where nothing else can happen.
fn assignment(stmt: &Stmt) -> Option<(&Expr, &Expr, &Expr)> {
    let StmtKind::Expr(expr) = &stmt.kind else { return None };
    let ExprKind::Assign { target, op: None, value } = &expr.kind else { return None };
    let acts = |expr: &Expr| match &expr.kind {
        ExprKind::Call { callee, .. } => !matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable),
        ExprKind::Assign { .. } => true,
        ExprKind::Unary(op, _) => op.is_assignment(),
        _ => false,
    };
    (!value.any(&acts)).then_some((expr, target, value))
}
