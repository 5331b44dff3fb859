//! # Hard-coded address
//!
//! ## What it does
//! Looks for state variables that begin with an address written into the code and may change later.
//!
//! ## Why it is bad
//! On another chain, or after a key is lost, the address belongs to someone else or to nobody, and the contract obeys
//! it from its first block on.
//!
//! ## Example
//! ```solidity
//! address public owner = 0x1234567890abcdef1234567890abcdef12345678;
//! ```
//! Take it as an argument:
//! ```solidity
//! constructor(address initialOwner) { owner = initialOwner; }
//! ```
//!
//! ## Known gaps
//! - Constants are left out: a name and a comment tell what they are, as for a wrapped token of one chain.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, VariableMutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "hardcoded-address",
    title: "an address is written into the code",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-008",
    also: &[],
    swc: None,
    source: include_str!("hardcoded_address.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for contract in context.program.main_contracts().map(|id| context.program.contract(id)) {
        for variable in &contract.variables {
            let Some(init) = &variable.init else { continue };
            let is_literal = |expr: &Expr| is_address(expr, context.program.text(0));
            if variable.mutability != VariableMutability::Mutable || !init.any(&is_literal) {
                continue;
            }
            let report = Report {
                message: format!("`{}` begins with an address written into the code", variable.name),
                note: "the same address may belong to someone else, or to nobody, where the contract is deployed"
                    .to_owned(),
                help: "take it as an argument of the constructor, or make it a constant".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(init.span), report));
        }
    }
}

/// Whether it is a literal of 20 bytes other than the well-known ones: zero, precompiles and burn addresses.
fn is_address(expr: &Expr, text: &str) -> bool {
    let literal = expr.span.text(text).trim();
    matches!(expr.kind, ExprKind::Address | ExprKind::Number(_))
        && literal.len() == 42
        && literal
            .strip_prefix("0x")
            .is_some_and(|digits| !digits.starts_with("00000000") && !digits.to_ascii_lowercase().ends_with("dead"))
}
