//! # A supply without a limit
//!
//! ## What it does
//! Looks for public minting functions that raise the supply by an amount of the caller's choice, take nothing for it, and
//! compare it with no limit.
//!
//! ## Why it is bad
//! Whoever may mint, or gets hold of the key, can dilute everyone else at will. A limit in the code is a promise that
//! holders can check.
//!
//! ## Example
//! ```solidity
//! function mint(address to, uint256 amount) external onlyOwner { totalSupply += amount; }
//! ```
//! State the limit:
//! ```solidity
//! require(totalSupply + amount <= MAX_SUPPLY);
//! ```
//!
//! ## Known gaps
//! - Whether a limit is wanted at all only its authors know; the finding is a remark.
//! - Minting through `_mint` of a base is left out.

use super::{
    Detector,
    context::{Context, Report},
    shape::{compares, has_word, named_call},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, Mutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-supply-cap",
    title: "the supply has no limit",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-116",
    also: &[],
    swc: None,
    source: include_str!("missing_supply_cap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let function = view.function;
        let mints = function.is_external() && has_word(&function.name, &["mint", "issue"]);
        if !mints || function.mutability == Mutability::Payable || compares(view, &["supply", "max", "cap", "limit"]) {
            continue;
        }
        // What is paid for is limited by what is paid.
        let takes = |expr: &Expr| named_call(expr).is_some_and(|call| has_word(call.name, &["transfer", "pull"]));
        if view.exprs().iter().any(|(expr, _)| takes(expr)) {
            continue;
        }
        let raises = |expr: &Expr| match &expr.kind {
            ExprKind::Assign { target, op, value } => {
                let is_supply = target.name().is_some_and(|name| has_word(name, &["supply"]));
                is_supply
                    && match (op, &value.peeled().kind) {
                        (Some(BinaryOp::Add), _) => view.is_param(value),
                        (None, ExprKind::Binary(_, BinaryOp::Add, right)) => view.is_param(right),
                        _ => false,
                    }
            }
            _ => false,
        };
        if let Some((expr, _)) = view.exprs().iter().find(|(expr, _)| raises(expr)) {
            let report = Report {
                message: format!("`{}` may raise the supply without a limit", function.name),
                note: "whoever may mint can dilute every holder".to_owned(),
                help: "compare the new supply with a constant that holders can read".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
