//! # Removal from a set while it is walked
//!
//! ## What it does
//! Looks for `remove` of an `EnumerableSet` in a loop that reads the same set with `at` by a rising index.
//!
//! ## Why it is bad
//! `remove` puts the last element in the place of the removed one. A rising index steps over it, so that it is never looked at, and at
//! the end `at` reverts.
//!
//! ## Example
//! ```solidity
//! for (uint256 i = 0; i < holders.length(); i++) {
//!     holders.remove(holders.at(i));
//! }
//! ```
//! Walk from the end:
//! ```solidity
//! for (uint256 i = holders.length(); i > 0; i--) {
//!     holders.remove(holders.at(i - 1));
//! }
//! ```
//!
//! ## Known gaps
//! - A local reference may name any set, and a copy of the index is not followed.
//! - A removal after which the block leaves the loop is fine and not reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, mentions, named_call, number},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Arg, BinaryOp, Expr, ExprKind, Stmt, StmtKind, UnaryOp},
    program::Ty,
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "enumerable-loop-removal",
    title: "a set shrinks while a loop walks it",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-083",
    also: &[],
    swc: None,
    source: include_str!("enumerable_loop_removal.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (stmt, _) in view.stmts().iter().filter(|(stmt, _)| matches!(stmt.kind, StmtKind::Loop { .. })) {
            for (removal, read) in removals(context, view, stmt) {
                let place = context.place(removal.span);
                let report = Report {
                    message: format!("`{}` shrinks the set that the loop walks", context.program.snippet(place)),
                    note: "the last element takes the place of the removed one, and the next round steps over it"
                        .to_owned(),
                    help: "walk from the last element to the first, or collect first and remove afterwards".to_owned(),
                    trace: vec![(context.place(read.span), "the loop reads the set here".to_owned())],
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, place, report));
            }
        }
    }
}

/// Removals in a loop, each with the reading that it disturbs.
fn removals<'a>(context: &Context<'_>, view: &View<'a>, stmt: &'a Stmt) -> Vec<(&'a Expr, &'a Expr)> {
    let mut exprs: Vec<&Expr> = Vec::new();
    let mut leaving = Vec::new();
    stmt.each(&mut |inner, _| {
        inner.exprs().into_iter().for_each(|expr| expr.each(&mut |expr| exprs.push(expr)));
        if let StmtKind::Block(block) = &inner.kind
            && block.stmts.last().is_some_and(leaves)
        {
            leaving.push(inner.span);
        }
    });
    let rising = rising(&exprs);
    let is_rising = |index: &Expr| index.any(&|part| part.name().is_some_and(|name| rising.contains(name)));
    let reads: Vec<(&Expr, &Expr)> = exprs
        .iter()
        .filter_map(|expr| {
            set_call(view, expr, "at").filter(|(_, index)| is_rising(index)).map(|(set, _)| (*expr, set))
        })
        .collect();
    let removed = exprs.iter().filter_map(|expr| Some((*expr, set_call(view, expr, "remove")?.0)));
    removed
        .filter(|(removal, _)| !leaving.iter().any(|span| span.contains_span(removal.span)))
        .filter_map(|(removal, set)| {
            reads.iter().find(|(_, read)| may_be_same(context, view, set, read)).map(|(read, _)| (removal, *read))
        })
        .collect()
}

/// The set and the other argument of `set.name(value)` or `EnumerableSet.name(set, value)`.
fn set_call<'a>(view: &View<'_>, expr: &'a Expr, name: &str) -> Option<(&'a Expr, &'a Expr)> {
    let call = named_call(expr).filter(|call| call.name == name)?;
    let base = call.base?;
    let named = |wanted: &str, at: usize| {
        let by_name = call.args.iter().find(|arg| arg.name.as_deref() == Some(wanted));
        by_name.or_else(|| call.args.get(at)).map(|arg: &Arg| &arg.value)
    };
    let (set, other) = match call.args.len() {
        1 => (base, &call.args[0].value),
        2 => {
            let set = named("set", 0)?;
            (set, call.args.iter().map(|arg| &arg.value).find(|arg| arg.span != set.span)?)
        }
        _ => return None,
    };
    let is_set = match view.ty(set) {
        Ty::Struct(id) => view.program().structure(id).name.ends_with("Set"),
        Ty::Unresolved(name) => name.ends_with("Set"),
        _ => false,
    };
    is_set.then_some((set, other))
}

/// Names that every round of a loop makes larger, and nothing else changes.
fn rising<'a>(exprs: &[&'a Expr]) -> HashSet<&'a str> {
    let (mut up, mut other) = (HashSet::new(), HashSet::new());
    for expr in exprs {
        let (target, rises) = match &expr.kind {
            ExprKind::Unary(op, target) if op.is_assignment() => (target, *op == UnaryOp::Increment),
            ExprKind::Assign { target, op: Some(op), value } => {
                (target, *op == BinaryOp::Add && number(value) != Some(0))
            }
            ExprKind::Assign { target, op: None, value } => (
                target,
                matches!(value.kind, ExprKind::Binary(_, BinaryOp::Add, _))
                    && target.name().is_some_and(|name| mentions(value, name)),
            ),
            _ => continue,
        };
        target.each(&mut |part| {
            if let Some(name) = part.name() {
                if rises {
                    up.insert(name)
                } else {
                    other.insert(name)
                };
            }
        });
    }
    &up - &other
}

/// Whether no further round follows.
fn leaves(last: &Stmt) -> bool {
    let is_revert = |expr: &Expr| matches!(called(expr), Some(("revert", _)));
    match &last.kind {
        StmtKind::Break | StmtKind::Return(_) | StmtKind::Revert { .. } => true,
        StmtKind::Expr(expr) => is_revert(expr),
        _ => false,
    }
}

/// Whether two expressions may name one set.
fn may_be_same(context: &Context<'_>, view: &View<'_>, a: &Expr, b: &Expr) -> bool {
    let text = |expr: &Expr| context.text(expr.peeled().span);
    let is_reference = |expr: &Expr| expr.name().is_some_and(|name| view.scope().local(name).is_some());
    match (&a.peeled().kind, &b.peeled().kind) {
        _ if text(a) == text(b) => true,
        (ExprKind::Index(a, Some(first)), ExprKind::Index(b, Some(second))) => {
            text(a) == text(b) && (number(first).is_none() || number(second).is_none())
        }
        _ => is_reference(a) || is_reference(b),
    }
}
