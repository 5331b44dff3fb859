//! # Unused state variable
//!
//! ## What it does
//! Looks for state variables that no code mentions.
//!
//! ## Why it is bad
//! The variable takes a slot and says nothing: one that is public answers zero for ever. Often the code that should
//! have kept it up to date was forgotten.
//!
//! ## Example
//! ```solidity
//! uint256 public totalPaid;
//! function pay() external { paid[msg.sender] = true; }
//! ```
//! Keep it up to date, or remove it:
//! ```solidity
//! function pay() external { paid[msg.sender] = true; totalPaid += 1; }
//! ```
//!
//! ## Known gaps
//! - Variables that only contracts of other files could use, and gaps kept for upgrades, are left out.
//! - Another thing of the same name anywhere in the file counts as a use.

use super::{
    Detector,
    context::{Context, Report},
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Contract, ContractKind, Variable, VariableMutability, Visibility};

pub(super) const DETECTOR: Detector = Detector {
    id: "unused-state-variable",
    title: "a state variable is never used",
    severity: Severity::Info,
    confidence: Confidence::High,
    scwe: "SCWE-007",
    also: &["SCWE-062"],
    swc: Some("SWC-131"),
    source: include_str!("unused_state_variable.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for contract in context.program.main_contracts().map(|id| context.program.contract(id)) {
        // A contract of variables alone lays out storage for others.
        if contract.functions.is_empty() {
            continue;
        }
        for variable in contract.variables.iter().filter(|variable| is_candidate(contract, variable)) {
            if !context.words().is_unused(&variable.name) {
                continue;
            }
            let report = Report {
                message: format!("`{}` is never used", variable.name),
                note: "no code reads or writes it".to_owned(),
                help: "remove it, unless code that should use it is missing".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(variable.span), report));
        }
    }
}

fn is_candidate(contract: &Contract, variable: &Variable) -> bool {
    let is_seen_here_only = contract.kind == ContractKind::Contract || variable.visibility == Some(Visibility::Private);
    let is_public = variable.visibility == Some(Visibility::Public);
    let is_reserved = has_word(&variable.name, &["gap", "deprecated", "reserved", "unused_"]);
    !variable.name.is_empty()
        && variable.mutability == VariableMutability::Mutable
        && is_seen_here_only
        && !(is_public && variable.init.is_some())
        && !(is_reserved && variable.name.starts_with('_'))
}
