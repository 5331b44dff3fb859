//! # A balance compared over a call
//!
//! ## What it does
//! Looks for a balance of the contract that is read, a call that can call back, and a comparison with what was read, in functions
//! without a lock.
//!
//! ## Why it is bad
//! Who is called deposits the borrowed tokens through another function instead of paying back. The balance is right again, and
//! the deposit belongs to them.
//!
//! ## Example
//! ```solidity
//! uint256 before = token.balanceOf(address(this));
//! borrower.onLoan(amount);
//! require(token.balanceOf(address(this)) >= before);
//! ```
//! Lock every function that takes tokens in:
//! ```solidity
//! function loan(uint256 amount) external nonReentrant { … }
//! function deposit(uint256 amount) external nonReentrant { … }
//! ```
//!
//! ## Known gaps
//! - That another function without a lock writes state is enough; whether it takes tokens is not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, has_word, is_this, mentions},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{ExternalCall, FunctionFacts},
    ir::{Expr, ExprKind, StmtKind, Variable},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "reentrancy-balance",
    title: "a balance is compared over a call that can call back",
    severity: Severity::Medium,
    confidence: Confidence::Low,
    scwe: "SCWE-046",
    also: &["SCWE-138"],
    swc: Some("SWC-107"),
    source: include_str!("reentrancy_balance.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for facts in run.entries.iter().filter(|facts| facts.is_entry && facts.reentrancy_guard.is_none()) {
            let is_door = |other: &FunctionFacts| {
                other.is_entry && other.function != facts.function && other.reentrancy_guard.is_none()
            };
            let door = run.entries.iter().find(|other| is_door(other) && other.writes().next().is_some());
            let (Some(view), Some(door)) = (context.view(facts.function), door) else { continue };
            let Some((before, call, after)) = compared_over_call(view, facts) else { continue };
            let report = Report {
                message: format!("`{}` compares a balance over a call that can call `{}`", facts.name, door.name),
                note: "who is called can deposit instead of paying back, and the balance is right again".to_owned(),
                help: "put the same `nonReentrant` lock on both".to_owned(),
                trace: vec![
                    (context.place(before.span), "the balance is read here".to_owned()),
                    (context.place(after.span), "and compared here".to_owned()),
                ],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, call.site, report));
        }
    }
}

/// A variable that holds the balance, a call after it, and a comparison with it after that.
fn compared_over_call<'v, 'f>(
    view: &View<'v>,
    facts: &'f FunctionFacts,
) -> Option<(&'v Variable, &'f ExternalCall, &'v Expr)> {
    view.stmts().iter().find_map(|(stmt, _)| {
        let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind else { return None };
        let [Some(before)] = variables.as_slice() else { return None };
        let call = facts.calls.iter().find(|call| {
            call.site.file == 0
                && call.site.span.start > stmt.span.end
                && call.hands_over_control()
                && !facts.is_authorised(&call.guards)
                && !call.function.as_deref().is_some_and(|name| has_word(name, &["transfer"]))
        })?;
        let names = made_of(view, &before.name);
        let (after, _) = view.exprs().iter().find(|(expr, _)| {
            let is_after = expr.span.start > call.site.span.end;
            matches!(&expr.kind, ExprKind::Binary(_, op, _) if is_after && op.is_comparison())
                && names.iter().any(|name| mentions(expr, name))
        })?;
        reads_balance(init).then_some((before, call, *after))
    })
}

/// A variable, and those that are declared with a value made of it.
fn made_of<'v>(view: &View<'v>, name: &'v str) -> Vec<&'v str> {
    let mut names = vec![name];
    for (stmt, _) in view.stmts() {
        if let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind
            && names.iter().any(|name| mentions(init, name))
        {
            names.extend(variables.iter().flatten().map(|variable| variable.name.as_str()));
        }
    }
    names
}

/// `address(this).balance`, `token.balanceOf(address(this))`
fn reads_balance(expr: &Expr) -> bool {
    expr.any(&|inner| match &inner.kind {
        ExprKind::Member(base, name) => name == "balance" && is_this(base),
        _ => called(inner)
            .is_some_and(|(name, args)| name == "balanceOf" && matches!(args, [one] if is_this(&one.value))),
    })
}
