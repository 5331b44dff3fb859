//! # Missing visibility
//!
//! ## What it does
//! Looks for functions and state variables whose visibility is not stated.
//!
//! ## Why it is bad
//! A function without visibility is public before Solidity 0.5: a helper that moves money can be called by anyone.
//! A state variable without one is internal, which readers have to know.
//!
//! ## Example
//! ```solidity
//! function pay(address to) { to.transfer(1 ether); }
//! ```
//! State it:
//! ```solidity
//! function pay(address to) internal { to.transfer(1 ether); }
//! ```
//!
//! ## Known gaps
//! - Constants are left out: it does not matter who reads them.

use super::{
    Detector,
    context::{Context, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{ContractKind, FunctionKind, TypeNameKind, VariableMutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-visibility",
    title: "the visibility is not stated",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-097",
    also: &["SCWE-068"],
    swc: Some("SWC-100"),
    source: include_str!("missing_visibility.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for contract in context.program.main_contracts().map(|id| context.program.contract(id)) {
        if contract.kind == ContractKind::Interface {
            continue;
        }
        for function in &contract.functions {
            // Before 0.5 the constructor is the function of the contract's name.
            let is_plain = function.kind == FunctionKind::Function && function.name != contract.name;
            if !is_plain || function.states_visibility || function.body.is_none() {
                continue;
            }
            // What an underscore marks as inner is not what anyone should call.
            let stated = if function.name.starts_with('_') { "internal" } else { "public" };
            let edit = edits::after_params(context, function).map(|at| edits::insert(at, format!(" {stated}")));
            let report = Report {
                message: format!("the visibility of `{}` is not stated", function.name),
                note: "it is public then, and anyone may call it".to_owned(),
                help: "state `external`, `public`, `internal` or `private`".to_owned(),
                fix: edit.and_then(|edit| edits::fix(format!("State that it is `{stated}`"), vec![edit])),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(function.name_span), report));
        }
        for variable in &contract.variables {
            let is_function = matches!(variable.ty.kind, TypeNameKind::Function);
            if variable.visibility.is_some() || variable.mutability == VariableMutability::Constant || is_function {
                continue;
            }
            let edits = vec![edits::insert(variable.ty.span.end, " internal")];
            let report = Report {
                severity: Severity::Info,
                scwe: "SCWE-068",
                message: format!("the visibility of `{}` is not stated", variable.name),
                note: "a state variable is internal then: derived contracts see it, others do not".to_owned(),
                help: "state `public`, `internal` or `private`".to_owned(),
                fix: edits::fix("State that it is `internal`", edits),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(variable.span), report));
        }
    }
}
