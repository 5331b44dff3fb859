//! # An upgrade that anyone can make
//!
//! ## What it does
//! Looks for `_authorizeUpgrade` that asks nothing, and for functions that let anyone set the implementation that a proxy
//! or a beacon points to.
//!
//! ## Why it is bad
//! Whoever chooses the code owns the storage and the Ether of every proxy that runs it.
//!
//! ## Example
//! ```solidity
//! function _authorizeUpgrade(address next) internal override {}
//! ```
//! Ask who calls:
//! ```solidity
//! function _authorizeUpgrade(address next) internal override onlyOwner {}
//! ```
//!
//! ## Known gaps
//! - An implementation is known by its name, or by the `delegatecall` to it.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
    edits, roles,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, EffectKind, FunctionFacts, Origin, Taint},
    program::VariableId,
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "unprotected-upgrade",
    title: "anyone can replace the code",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-118",
    also: &[],
    swc: None,
    source: include_str!("unprotected_upgrade.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let function = view.function;
        let is_empty = function.body.as_ref().is_some_and(|body| body.stmts.is_empty());
        if function.name == "_authorizeUpgrade" && is_empty && function.modifiers.is_empty() {
            let message = "anyone can replace the code, because `_authorizeUpgrade` asks nothing".to_owned();
            let report = Report { fix: edits::only_owner(context, view.id), ..report(message) };
            findings.push(context.finding(&DETECTOR, context.place(function.name_span), report));
        }
    }
    for run in &context.contracts {
        let run_by_delegate = delegated(run);
        for facts in run.entries.iter().filter(|facts| facts.is_entry && !roles::is_setup(facts)) {
            findings.extend(check_function(context, &run_by_delegate, facts));
        }
    }
}

fn report(message: String) -> Report {
    Report {
        message,
        note: "the new code can change every variable and take all Ether".to_owned(),
        help: "let only an owner, a role or a timelock reach it".to_owned(),
        ..Report::of(&DETECTOR)
    }
}

/// Variables that `delegatecall` goes to.
fn delegated(run: &ContractRun) -> HashSet<VariableId> {
    let calls = run.entries.iter().flat_map(|facts| &facts.calls).filter(|call| call.kind == CallKind::DelegateCall);
    calls
        .filter_map(|call| match call.target_origin {
            Origin::Storage(variable) => Some(variable),
            _ => None,
        })
        .collect()
}

fn check_function(context: &Context<'_>, delegated: &HashSet<VariableId>, facts: &FunctionFacts) -> Option<Finding> {
    facts.effects.iter().find_map(|effect| {
        let EffectKind::Write { slot, taint, .. } = &effect.kind else { return None };
        let variable = slot.variable.filter(|_| !slot.is_element)?;
        let name = &context.program.variable(variable).name;
        let lower = name.trim_start_matches('_').to_ascii_lowercase();
        let is_code = delegated.contains(&variable) || lower == "impl" || lower.starts_with("implementation");
        if !is_code || !taint.has(Taint::PARAM | Taint::SENDER) || roles::asks_caller(facts, &effect.guards) {
            return None;
        }
        let place = context.in_main(&[effect.place, effect.site])?;
        let mut report = report(format!("anyone can replace the code through `{}`, which sets `{name}`", facts.name));
        report.trace = vec![(effect.place, format!("`{name}` is set here"))];
        report.fix = edits::only_owner(context, facts.function);
        Some(context.finding(&DETECTOR, place, report))
    })
}
