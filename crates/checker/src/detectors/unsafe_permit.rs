//! # A permit that anyone can use up
//!
//! ## What it does
//! Looks for a `permit` of a token whose failure stops a function that has more to do.
//!
//! ## Why it is bad
//! The signature lies open in the mempool. Anyone sends it to the token first: the nonce is used up, the allowance is there, and
//! the function reverts although all it needs is done. An attacker stops any user this way.
//!
//! ## Example
//! ```solidity
//! token.permit(msg.sender, address(this), amount, deadline, v, r, s);
//! token.transferFrom(msg.sender, address(this), amount);
//! ```
//! Go on when it fails, for the allowance decides:
//! ```solidity
//! try token.permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
//! token.transferFrom(msg.sender, address(this), amount);
//! ```
//!
//! ## Known gaps
//! - Functions that do no more than `permit` are left out.
//! - A low-level call whose result is dropped is right as well, and is not looked at.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, named_call},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "unsafe-permit",
    title: "a permit that was used already stops the call",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-037",
    also: &["SCWE-105"],
    swc: None,
    source: include_str!("unsafe_permit.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| view.function.is_external()) {
        let permit = view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
            StmtKind::Expr(expr) if is_permit(expr) => Some(expr),
            _ => None,
        });
        let Some(permit) = permit else { continue };
        let goes_on = view.exprs().iter().any(|(expr, _)| expr.span.start > permit.span.end && takes(expr));
        if !goes_on {
            continue;
        }
        let place = context.place(permit.span);
        let report = Report {
            message: format!("`{}` reverts when someone uses the permit first", view.function.name),
            note: "the signature is public, and the token takes it from anyone".to_owned(),
            help: "wrap it in `try … catch {}`: the allowance decides whether the rest can go on".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// `token.permit(owner, spender, …, v, r, s)`
fn is_permit(expr: &Expr) -> bool {
    named_call(expr).is_some_and(|call| {
        let is_ours = call.base.and_then(|base| base.name()) == Some("super");
        call.name == "permit" && call.base.is_some() && !is_ours && call.args.len() >= 7
    })
}

fn takes(expr: &Expr) -> bool {
    named_call(expr).is_some_and(|call| has_word(call.name, &["transferfrom", "deposit", "supply", "stake", "repay"]))
}
