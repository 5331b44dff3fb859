//! # Unchecked arithmetic on user input
//!
//! ## What it does
//! Looks for sums, differences and products of what the caller passed where arithmetic wraps: in `unchecked` blocks, and
//! everywhere in files for compilers before 0.8.
//!
//! ## Why it is bad
//! A wrapped number is small where it should be huge, or huge where it should be negative. A balance of nothing becomes a
//! fortune, a lock of years ends today.
//!
//! ## Example
//! ```solidity
//! unchecked { balances[msg.sender] -= amount; }
//! ```
//! Compare first, or let the compiler check:
//! ```solidity
//! balances[msg.sender] -= amount;
//! ```
//!
//! ## Known gaps
//! - A parameter that is compared with anything but 0 or 1 counts as bounded, whether or not the bound is tight enough.
//! - Parameters of internal functions are not followed.

use super::{
    Detector,
    context::{Context, Report},
    edits, numbers,
    shape::without_casts,
    view::View,
};
use crate::finding::{Confidence, Finding, Fix, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, StmtKind};
use solwright_syntax::Span;
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "unchecked-arithmetic",
    title: "arithmetic on user input may wrap",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-047",
    also: &[],
    swc: Some("SWC-101"),
    source: include_str!("unchecked_arithmetic.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let wraps = context.program.allows_before(8);
    for view in context.views.iter().filter(|view| view.function.is_external()) {
        let any_unchecked = || view.stmts().iter().any(|(stmt, _)| matches!(stmt.kind, StmtKind::Unchecked(_)));
        if !view.function.params.is_empty() && (wraps || any_unchecked()) {
            function(context, view, wraps, findings);
        }
    }
}

fn function(context: &Context<'_>, view: &View<'_>, wraps: bool, findings: &mut Vec<Finding>) {
    let known = bounded(context, view, wraps);
    let mut end = 0;
    for (expr, setting) in view.exprs() {
        // The widest operation stands for those in it.
        if setting.is_assembly || !(wraps || setting.is_unchecked) || expr.span.start < end {
            continue;
        }
        let Some((left, op, right)) = operation(expr) else { continue };
        let mut inputs = Vec::new();
        [left, right].into_iter().for_each(|side| leaves(view, side, &mut inputs));
        let width = numbers::bits(&view.ty(expr)).unwrap_or(256);
        let is_open = |input: &&&Expr| {
            let narrow = op != BinaryOp::Sub && numbers::bits(&view.ty(input)).is_some_and(|bits| bits < width);
            !narrow && !known.contains(&numbers::text(context, input))
        };
        let Some(input) = inputs.iter().find(is_open) else { continue };
        if verified_later(context, view, expr, left, right) {
            continue;
        }
        end = expr.span.end;
        let place = context.place(expr.span);
        let report = Report {
            severity: if view.function.is_mutating() { Severity::Medium } else { Severity::Low },
            message: format!("`{}` may wrap around", context.program.snippet(place)),
            note: format!("the caller chooses `{}`, and nothing checks the result", numbers::text(context, input)),
            help: if wraps {
                "use Solidity 0.8 or newer, or require before that the result fits".to_owned()
            } else {
                "take it out of the `unchecked` block, or require before that the result fits".to_owned()
            },
            fix: checked(context, view, expr),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// The block around an operation without its `unchecked`.
fn checked(context: &Context<'_>, view: &View<'_>, expr: &Expr) -> Option<Fix> {
    let blocks = view.stmts().iter().rev().filter_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Unchecked(block) if stmt.span.contains_span(expr.span) => block.span,
        _ => None,
    });
    let open = blocks.map(|block| block.start).next()?;
    let start = context.program.text(0).get(..open)?.rfind("unchecked")?;
    edits::fix("Check the arithmetic of this block", vec![(Span::new(start, open), String::new())])
}

fn operation(expr: &Expr) -> Option<(&Expr, BinaryOp, &Expr)> {
    let (left, op, right) = match &expr.kind {
        ExprKind::Binary(left, op, right) => (left, *op, right),
        ExprKind::Assign { target, op: Some(op), value } => (target, *op, value),
        _ => return None,
    };
    matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul).then_some((left, op, right))
}

/// The numbers in an operand that the caller chose; what is divided, masked or looked up is not.
fn leaves<'a>(view: &View<'a>, expr: &'a Expr, found: &mut Vec<&'a Expr>) {
    let expr = without_casts(expr);
    match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, right) => {
            leaves(view, left, found);
            leaves(view, right, found);
        }
        ExprKind::Name(_) | ExprKind::Index(..) | ExprKind::Member(..) => {
            let mut root = expr;
            while let ExprKind::Member(base, _) | ExprKind::Index(base, _) = &root.kind {
                root = base.peeled();
            }
            let is_param = view.is_param(root);
            let is_length = matches!(&expr.kind, ExprKind::Member(_, member) if member == "length");
            if is_param && !is_length && numbers::bits(&view.ty(expr)).is_some() {
                found.push(expr);
            }
        }
        _ => {}
    }
}

/// Texts of numbers that a comparison, checked arithmetic or another function bounds.
fn bounded(context: &Context<'_>, view: &View<'_>, wraps: bool) -> HashSet<String> {
    let mut known = numbers::compared(context, view);
    for (expr, setting) in view.exprs() {
        let mut inputs = Vec::new();
        match (&expr.kind, operation(expr)) {
            (ExprKind::Call { callee, args, .. }, _) if checks_arguments(view, callee) => {
                args.iter().for_each(|arg| leaves(view, &arg.value, &mut inputs));
            }
            (_, Some((left, _, right))) if !(wraps || setting.is_unchecked || setting.is_assembly) => {
                [left, right].into_iter().for_each(|side| leaves(view, side, &mut inputs));
            }
            // `a + b >= a` asks whether the sum wrapped.
            (ExprKind::Binary(left, op, right), _) if op.is_comparison() => {
                for (side, other) in [(left, right), (right, left)] {
                    if let Some((a, _, b)) = operation(side.peeled())
                        && [a, b].iter().any(|part| numbers::text(context, part) == numbers::text(context, other))
                    {
                        leaves(view, side, &mut inputs);
                    }
                }
            }
            _ => {}
        }
        known.extend(inputs.into_iter().map(|input| numbers::text(context, input)));
    }
    let passed = view.function.modifiers.iter().flat_map(|modifier| &modifier.args);
    known.extend(passed.map(|arg| numbers::text(context, arg)));
    known
}

/// Whether a function that is called may check its arguments: `a.sub(b)`, or one of the contract's own.
fn checks_arguments(view: &View<'_>, callee: &Expr) -> bool {
    match &callee.peeled().kind {
        ExprKind::Member(_, name) => {
            matches!(name.as_str(), "add" | "sub" | "mul") || name.starts_with("safe") || name.starts_with("try")
        }
        ExprKind::Name(name) => {
            !matches!(name.as_str(), "require" | "assert" | "keccak256") && view.scope().local(name).is_none()
        }
        _ => false,
    }
}

/// Whether the result is compared with an operand afterwards, as `c = a + b; require(c >= a)` does.
fn verified_later(context: &Context<'_>, view: &View<'_>, expr: &Expr, left: &Expr, right: &Expr) -> bool {
    let mut result = match &expr.kind {
        ExprKind::Assign { target, .. } => Some(numbers::text(context, target)),
        _ => None,
    };
    for (stmt, _) in view.stmts() {
        if let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind
            && init.span.contains_span(expr.span)
            && let [Some(variable)] = variables.as_slice()
        {
            result = Some(variable.name.clone());
        }
    }
    let Some(result) = result else { return false };
    let operands = [numbers::text(context, left), numbers::text(context, right)];
    view.exprs().iter().any(|(other, _)| match &other.kind {
        ExprKind::Binary(a, op, b) if op.is_comparison() && other.span.start > expr.span.end => {
            let (a, b) = (numbers::text(context, a), numbers::text(context, b));
            let is_pair = |x: &str, y: &str| x.contains(&result) && operands.iter().any(|operand| operand == y);
            is_pair(&a, &b) || is_pair(&b, &a)
        }
        _ => false,
    })
}
