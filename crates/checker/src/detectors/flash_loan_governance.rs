//! # Votes by the balance of the moment
//!
//! ## What it does
//! Looks for functions that vote or propose and ask for the caller's balance of a token as it is now.
//!
//! ## Why it is bad
//! Tokens can be borrowed for one transaction, or moved to the next account after voting. Whoever borrows enough decides,
//! and the same tokens vote more than once.
//!
//! ## Example
//! ```solidity
//! function vote(uint256 id) external { votes[id] += token.balanceOf(msg.sender); }
//! ```
//! Count what was held before the vote began:
//! ```solidity
//! function vote(uint256 id) external { votes[id] += token.getPastVotes(msg.sender, snapshot[id]); }
//! ```
//!
//! ## Known gaps
//! - Functions are known by `vote` and `propos` in their names.
//! - A function that takes the tokens into the contract is not reported, though it may give them back too soon.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, is_sender, named_call},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "flash-loan-governance",
    title: "votes count the balance of the moment",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-101",
    also: &[],
    swc: None,
    source: include_str!("flash_loan_governance.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let function = view.function;
        if !function.is_mutating() || !has_word(&function.name, &["vote", "propos"]) {
            continue;
        }
        let locks = |expr: &Expr| {
            named_call(expr).is_some_and(|call| {
                has_word(call.name, &["transferfrom", "snapshot", "getpast", "getprior", "balanceofat", "lock", "burn"])
            })
        };
        if view.exprs().iter().any(|(expr, _)| locks(expr)) {
            continue;
        }
        if let Some((expr, _)) = view.exprs().iter().find(|(expr, _)| is_balance(expr)) {
            let place = context.place(expr.span);
            let report = Report {
                message: format!("`{}` counts the balance of the moment", function.name),
                note:
                    "tokens borrowed for one transaction count, and the same tokens count again from the next account"
                        .to_owned(),
                help: "ask for the balance at a block before the vote began, as `getPastVotes` does".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Whether it is the caller's balance of a token.
fn is_balance(expr: &Expr) -> bool {
    if let ExprKind::Index(base, Some(key)) = &expr.kind {
        return base.name() == Some("balanceOf") && is_sender(key);
    }
    named_call(expr).is_some_and(|call| match call.args {
        [account] => matches!(call.name, "balanceOf" | "getVotes" | "getCurrentVotes") && is_sender(&account.value),
        _ => false,
    })
}
