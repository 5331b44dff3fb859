//! # Division before multiplication
//!
//! ## What it does
//! Looks for products of a quotient, also through local variables and in assembly.
//!
//! ## Why it is bad
//! Integer division drops the rest, and the multiplication makes what was dropped larger.
//!
//! ## Example
//! ```solidity
//! uint256 fee = amount / 10_000 * rate;
//! ```
//! Multiply first:
//! ```solidity
//! uint256 fee = amount * rate / 10_000;
//! ```
//!
//! ## Known gaps
//! - Quotients that cross functions or state variables are not followed.
//! - A quotient that is multiplied by its own divisor again rounds down on purpose and is not reported.

use super::{
    Detector,
    context::{Context, Report},
    numbers, shape,
    shape::without_casts,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Block, Expr, ExprKind, Stmt, StmtKind};
use std::collections::HashMap;

pub(super) const DETECTOR: Detector = Detector {
    id: "divide-before-multiply",
    title: "a quotient is multiplied",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-124",
    also: &[],
    swc: None,
    source: include_str!("divide_before_multiply.rs"),
    check,
};

/// Local variables that hold a quotient, with its divisor.
type Quotients<'a> = HashMap<&'a str, &'a Expr>;

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for body in context.views.iter().filter_map(|view| view.function.body.as_ref()) {
        let mut products = Vec::new();
        block(context, body, &mut Quotients::new(), &mut products);
        for product in products {
            let place = context.place(product.span);
            let report = Report {
                message: format!("`{}` multiplies what a division has rounded", context.program.snippet(place)),
                note: "integer division drops the rest, and the product makes the error larger".to_owned(),
                help: "multiply first and divide last, with a full-width `mulDiv` where the product may overflow"
                    .to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Follows a block; whether its end can be reached.
fn block<'a>(context: &Context<'_>, block: &'a Block, known: &mut Quotients<'a>, out: &mut Vec<&'a Expr>) -> bool {
    block.stmts.iter().all(|one| stmt(context, one, known, out))
}

fn stmt<'a>(context: &Context<'_>, one: &'a Stmt, known: &mut Quotients<'a>, out: &mut Vec<&'a Expr>) -> bool {
    one.exprs().into_iter().for_each(|expr| search(context, expr, known, out));
    match &one.kind {
        StmtKind::Declare { variables, init: Some(init) } => {
            if let [Some(variable)] = variables.as_slice() {
                learn(&variable.name, init, known);
            }
        }
        StmtKind::Expr(Expr { kind: ExprKind::Assign { target, op, value }, .. }) => {
            assign(target, *op, value, known);
        }
        StmtKind::Expr(Expr { kind: ExprKind::Unary(op, operand), .. }) if op.is_assignment() => {
            operand.name().iter().for_each(|name| _ = known.remove(name));
        }
        StmtKind::Expr(Expr { kind: ExprKind::Call { callee, .. }, .. }) if callee.name() == Some("revert") => {
            return false;
        }
        StmtKind::If { then, otherwise, .. } => {
            let mut other = known.clone();
            let first = stmt(context, then, known, out);
            let second = otherwise.as_ref().is_none_or(|stmt_| stmt(context, stmt_, &mut other, out));
            if !first {
                *known = other;
            } else if second {
                known.extend(other);
            }
            return first || second;
        }
        StmtKind::Loop { init, next, body, .. } => {
            for part in init.iter().chain([body]).chain(next) {
                stmt(context, part, known, out);
            }
        }
        StmtKind::Block(inner) | StmtKind::Unchecked(inner) | StmtKind::Assembly(inner) => {
            return block(context, inner, known, out);
        }
        StmtKind::Try { clauses, .. } => {
            for clause in clauses {
                block(context, &clause.block, &mut known.clone(), out);
            }
        }
        StmtKind::Return(_) | StmtKind::Revert { .. } => return false,
        _ => {}
    }
    true
}

fn assign<'a>(target: &'a Expr, op: Option<BinaryOp>, value: &'a Expr, known: &mut Quotients<'a>) {
    if let (ExprKind::Tuple(targets), ExprKind::Tuple(values)) = (&target.kind, &value.kind) {
        for (target, value) in targets.iter().flatten().zip(values.iter().flatten()) {
            target.name().iter().for_each(|name| learn(name, value, known));
        }
        return;
    }
    let Some(name) = target.name() else { return };
    match op {
        None => learn(name, value, known),
        Some(BinaryOp::Div) => _ = known.insert(name, value),
        Some(_) => _ = known.remove(name),
    }
}

fn learn<'a>(name: &'a str, value: &'a Expr, known: &mut Quotients<'a>) {
    match divisor(value, known) {
        Some(by) => known.insert(name, by),
        None => known.remove(name),
    };
}

/// What an expression was divided by last, when it is a quotient or a product of one.
fn divisor<'a>(expr: &'a Expr, known: &Quotients<'a>) -> Option<&'a Expr> {
    let expr = without_casts(expr);
    match &expr.kind {
        ExprKind::Name(name) => known.get(name.as_str()).copied(),
        ExprKind::Binary(_, BinaryOp::Div, by) => Some(by),
        ExprKind::Yul(name, args) if matches!(name.as_str(), "div" | "sdiv") => args.get(1),
        _ => None,
    }
}

/// Products of quotients in an expression.
fn search<'a>(context: &Context<'_>, expr: &'a Expr, known: &Quotients<'a>, out: &mut Vec<&'a Expr>) {
    if is_inversion(expr) {
        return;
    }
    let sides = match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Mul, right) => Some((&**left, &**right)),
        ExprKind::Assign { target, op: Some(BinaryOp::Mul), value } => Some((&**target, &**value)),
        ExprKind::Yul(name, args) if matches!(name.as_str(), "mul" | "smul") && args.len() == 2 => {
            let is_choice = args.iter().any(
                |side| matches!(&side.kind, ExprKind::Yul(op, _) if matches!(op.as_str(), "iszero" | "eq" | "lt" | "gt" | "slt" | "sgt")),
            );
            (!is_choice).then_some((&args[0], &args[1]))
        }
        _ => None,
    };
    if let Some((left, right)) = sides {
        let text = |expr: &Expr| numbers::text(context, without_casts(expr));
        // Assembly rounds to whole words of 32 bytes; elsewhere two equal numbers are a mistake.
        let is_meant = |by: &Expr| matches!(expr.kind, ExprKind::Yul(..)) || shape::number(by).is_none();
        let rounds = |side: &'a Expr, other: &Expr| {
            divisor(side, known).is_some_and(|by| text(by) != text(other) || !is_meant(by))
        };
        if rounds(left, right) || rounds(right, left) {
            out.push(expr);
            return;
        }
    }
    expr.children().into_iter().for_each(|child| search(context, child, known, out));
}

/// `2 - d * inverse` and `(3 * d) ^ 2`, steps of Newton's to the inverse of a number modulo a power of two, where nothing is
/// rounded.
fn is_inversion(expr: &Expr) -> bool {
    let is_two = |side: &Expr| shape::number(side) == Some(2);
    match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Sub, _) => is_two(left),
        ExprKind::Binary(left, BinaryOp::BitXor, right) => is_two(left) || is_two(right),
        ExprKind::Yul(name, args) => match (name.as_str(), args.as_slice()) {
            ("sub", [left, _]) => is_two(left),
            ("xor", [left, right]) => is_two(left) || is_two(right),
            _ => false,
        },
        _ => false,
    }
}
