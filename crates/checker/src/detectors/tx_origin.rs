//! # Authorisation by `tx.origin`
//!
//! ## What it does
//! Looks for conditions that compare `tx.origin` with an account, or look it up in a list.
//!
//! ## Why it is bad
//! `tx.origin` is whoever signed the transaction, not whoever calls. An owner who is lured into calling a malicious
//! contract passes the check, and the malicious contract acts in the owner's name.
//!
//! ## Example
//! ```solidity
//! require(tx.origin == owner);
//! ```
//! Ask who calls:
//! ```solidity
//! require(msg.sender == owner);
//! ```
//!
//! ## Known gaps
//! - `tx.origin == msg.sender`, which keeps contracts out, is not reported: it authorises nobody.
//! - A copy of `tx.origin` is followed where a local variable is declared as it and stays so.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    shape::{only_value, without_casts},
    view::View,
};
use crate::{
    finding::{Confidence, Finding, Severity},
    fix::Edit,
};
use solwright_analysis::ir::{BinaryOp, Block, Expr, ExprKind, Stmt, StmtKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "tx-origin",
    title: "`tx.origin` decides who is allowed",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-018",
    also: &[],
    swc: Some("SWC-115"),
    source: include_str!("tx_origin.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let Some(body) = &view.function.body else { continue };
        let mut found = Found { names: copies(view), exprs: Vec::new() };
        block(body, &mut found);
        for expr in found.exprs {
            let place = context.place(expr.span);
            let report = Report {
                severity: Severity::Medium,
                confidence: Confidence::High,
                message: format!("`{}` lets `tx.origin` decide who is allowed", context.program.snippet(place)),
                note: "whoever the owner is lured into calling can call on and pass this check".to_owned(),
                help: "compare `msg.sender` instead".to_owned(),
                fix: edits::fix("Use `msg.sender`", by_caller(expr)),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// The caller in the place of every origin.
fn by_caller(condition: &Expr) -> Vec<Edit> {
    let mut edits = Vec::new();
    condition.each(&mut |part| match &part.kind {
        ExprKind::Yul(name, _) if name == "origin" => edits.push((part.span, "caller()".to_owned())),
        ExprKind::Member(..) if part.is_member("tx", "origin") => edits.push((part.span, "msg.sender".to_owned())),
        _ => {}
    });
    edits
}

/// What was found in a function, and the variables that hold `tx.origin` in it.
struct Found<'a> {
    names: Vec<&'a str>,
    exprs: Vec<&'a Expr>,
}

impl Found<'_> {
    fn is_origin(&self, expr: &Expr) -> bool {
        is_origin(expr) || without_casts(expr).name().is_some_and(|name| self.names.contains(&name))
    }
}

/// Local variables that are declared as `tx.origin` and stay so.
fn copies<'a>(view: &View<'a>) -> Vec<&'a str> {
    let declared = view.stmts().iter().filter_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } if is_origin(init) => match variables.as_slice() {
            [Some(variable)] => Some(variable.name.as_str()),
            _ => None,
        },
        _ => None,
    });
    declared.filter(|name| only_value(view, name).is_some()).collect()
}

fn block<'a>(block: &'a Block, found: &mut Found<'a>) {
    for Stmt { kind, .. } in &block.stmts {
        stmt(kind, found);
    }
}

fn stmt<'a>(kind: &'a StmtKind, found: &mut Found<'a>) {
    match kind {
        StmtKind::Declare { init: Some(value), .. } | StmtKind::Expr(value) | StmtKind::Return(Some(value)) => {
            search(value, found);
        }
        StmtKind::If { condition, then, otherwise } => {
            decides(condition, found);
            stmt(&then.kind, found);
            otherwise.iter().for_each(|other| stmt(&other.kind, found));
        }
        StmtKind::Loop { init, condition, next, body } => {
            condition.iter().for_each(|condition| decides(condition, found));
            init.iter().chain(next).chain([body]).for_each(|inner| stmt(&inner.kind, found));
        }
        StmtKind::Block(inner) | StmtKind::Unchecked(inner) | StmtKind::Assembly(inner) => block(inner, found),
        StmtKind::Try { call, clauses } => {
            search(call, found);
            clauses.iter().for_each(|clause| block(&clause.block, found));
        }
        _ => {}
    }
}

/// Conditions anywhere in an expression.
fn search<'a>(expr: &'a Expr, found: &mut Found<'a>) {
    match &expr.kind {
        ExprKind::Call { callee, args, .. } if matches!(callee.name(), Some("require" | "assert")) => {
            args.first().iter().for_each(|condition| decides(&condition.value, found));
        }
        ExprKind::Conditional(condition, then, otherwise) => {
            decides(condition, found);
            search(then, found);
            search(otherwise, found);
        }
        ExprKind::Binary(_, BinaryOp::And | BinaryOp::Or | BinaryOp::Eq | BinaryOp::Ne, _) | ExprKind::Yul(..) => {
            decides(expr, found);
        }
        _ => expr.children().into_iter().for_each(|child| search(child, found)),
    }
}

/// The parts of a condition that `tx.origin` decides.
fn decides<'a>(condition: &'a Expr, found: &mut Found<'a>) {
    let condition = condition.peeled();
    match &condition.kind {
        ExprKind::Binary(left, BinaryOp::Eq | BinaryOp::Ne, right) => {
            let other = if found.is_origin(left) { Some(right) } else { found.is_origin(right).then_some(left) };
            match other {
                Some(other) if names_account(other) => found.exprs.push(condition),
                Some(_) => {}
                None => [left, right].into_iter().for_each(|side| search(side, found)),
            }
        }
        ExprKind::Yul(name, args) if name == "eq" && args.len() == 2 => {
            let other =
                if found.is_origin(&args[0]) { Some(&args[1]) } else { found.is_origin(&args[1]).then_some(&args[0]) };
            found.exprs.extend(other.filter(|other| names_account(other)).map(|_| condition));
        }
        ExprKind::Binary(left, BinaryOp::And | BinaryOp::Or, right) => {
            decides(left, found);
            decides(right, found);
        }
        ExprKind::Unary(UnaryOp::Not, inner) => decides(inner, found),
        // `allowed[tx.origin]`
        ExprKind::Index(_, Some(key)) if found.is_origin(key) => found.exprs.push(condition),
        ExprKind::Yul(_, args) => args.iter().for_each(|arg| decides(arg, found)),
        _ => condition.children().into_iter().for_each(|child| search(child, found)),
    }
}

fn is_origin(expr: &Expr) -> bool {
    let expr = expr.peeled();
    let is_cast = |callee: &Expr| matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable);
    match &expr.kind {
        ExprKind::Call { callee, args, .. } if is_cast(callee) => args.first().is_some_and(|arg| is_origin(&arg.value)),
        ExprKind::Yul(name, _) => name == "origin",
        _ => expr.is_member("tx", "origin"),
    }
}

/// Whether `tx.origin` is compared with an account that someone holds: not with the caller, not with a constant address.
fn names_account(other: &Expr) -> bool {
    let other = other.peeled();
    match &other.kind {
        ExprKind::Number(_) | ExprKind::Address => false,
        ExprKind::Call { callee, args, .. } => match (callee.name(), args.as_slice()) {
            (Some("_msgSender"), []) => false,
            (_, [one]) if matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable) => names_account(&one.value),
            _ => true,
        },
        ExprKind::Yul(name, _) => name != "caller",
        _ => !other.is_member("msg", "sender"),
    }
}
