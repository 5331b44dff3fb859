//! # Missing access control
//!
//! ## What it does
//! Learns from a contract's own checks which variables matter, and looks for functions that change them and ask nobody:
//! - an account or a list that decides who may do what;
//! - a variable that another function changes only for those who are allowed;
//! - a number of the whole contract that anyone sets or lowers at will.
//!
//! ## Why it is bad
//! Whoever sets the owner is the owner. One open setter undoes every check elsewhere.
//!
//! ## Example
//! ```solidity
//! function setAdmin(address next) external {
//!     admin = next;
//! }
//! ```
//! Ask who calls:
//! ```solidity
//! function setAdmin(address next) external onlyAdmin {
//!     admin = next;
//! }
//! ```
//!
//! ## Known gaps
//! - A function with any condition but one on a zero argument is taken to know what it does.
//! - Elements that belong to someone, such as balances, are not asked for.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
    edits, roles,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{Effect, EffectKind, FunctionFacts, GuardKind, Slot, Taint},
    ir::VariableMutability,
    program::VariableId,
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-access-control",
    title: "anyone can change what only some should",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-016",
    also: &["SCWE-017", "SCWE-044"],
    swc: Some("SWC-105"),
    source: include_str!("missing_access_control.rs"),
    check,
};

/// Variables of a contract that a write may matter for.
struct Known<'a> {
    deciding: &'a HashSet<VariableId>,
    kept: HashSet<VariableId>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let known = Known { deciding: run.deciding(context), kept: kept(run) };
        for facts in run.entries.iter().filter(|facts| facts.is_entry && !roles::is_setup(facts)) {
            let found = facts.effects.iter().find_map(|effect| check_effect(context, &known, facts, effect));
            findings.extend(found);
        }
    }
}

/// Variables that a function sets to what the caller likes, but only for a caller who is allowed.
fn kept(run: &ContractRun) -> HashSet<VariableId> {
    let mut kept = HashSet::new();
    for facts in run.entries.iter().filter(|facts| facts.is_entry) {
        for effect in &facts.effects {
            if let EffectKind::Write { slot, taint, is_lock: false } = &effect.kind
                && !slot.is_element
                && taint.has(Taint::PARAM)
                && facts.has_guard(&effect.guards, GuardKind::Caller)
            {
                kept.extend(slot.variable);
            }
        }
    }
    kept
}

/// Whether nothing is asked but that an argument is not zero and that the contract is not entered twice.
fn is_open(facts: &FunctionFacts, effect: &Effect) -> bool {
    effect.guards.iter().all(|&at| {
        let guard = &facts.guards[at];
        let is_positive = |name: &str| guard.text == format!("{name} != 0") || guard.text == format!("{name} > 0");
        guard.kind == GuardKind::Lock
            || guard.text.contains("address(0)")
            || guard.text.contains("0x0")
            || facts.params.iter().any(|param| is_positive(&param.name))
    })
}

fn check_effect(context: &Context<'_>, known: &Known<'_>, facts: &FunctionFacts, effect: &Effect) -> Option<Finding> {
    let EffectKind::Write { slot, taint, is_lock: false } = &effect.kind else { return None };
    let variable = slot.variable?;
    if facts.is_authorised(&effect.guards) || !is_open(facts, effect) {
        return None;
    }
    let place = roles::name_place(context, facts.function)?;
    let name = slot.name(context.program);
    let by_caller = taint.has(Taint::PARAM | Taint::SENDER);
    let (severity, confidence, scwe, what) = if known.deciding.contains(&variable) && decides(slot, facts, *taint) {
        (Severity::High, Confidence::High, "SCWE-017", "which decides who is allowed")
    } else if known.kept.contains(&variable) && !slot.is_element && by_caller {
        (
            Severity::Medium,
            Confidence::Medium,
            "SCWE-016",
            "which other functions change only for those who are allowed",
        )
    } else if is_free_number(context, slot, facts, *taint) {
        let scwe = if taint.has(Taint::STORAGE) { "SCWE-016" } else { "SCWE-044" };
        (Severity::Low, Confidence::Low, scwe, "as it likes")
    } else {
        return None;
    };
    let report = Report {
        severity,
        confidence,
        message: format!("anyone can change `{name}` through `{}`, {what}", facts.name),
        note: "nothing on the way to this write asks who calls".to_owned(),
        help: "let only an owner or a role reach it, or check the new value against what the caller owns".to_owned(),
        trace: vec![(effect.place, format!("`{name}` is written here"))],
        scwe,
        // What is merely odd may be open on purpose.
        fix: edits::only_owner(context, facts.function).filter(|_| severity > Severity::Low),
    };
    Some(context.finding(&DETECTOR, place, report))
}

/// Whether the write chooses who is allowed. Those who enter themselves in a list are let in on purpose.
fn decides(slot: &Slot, facts: &FunctionFacts, taint: Taint) -> bool {
    if slot.is_element {
        return !slot.is_own && facts.params.iter().any(|param| param.ty.starts_with("address"));
    }
    taint.has(Taint::PARAM | Taint::SENDER) && !taint.has(Taint::OWN | Taint::VALUE)
}

/// Whether a number of the whole contract is set or moved by what the caller says, and by nothing else.
fn is_free_number(context: &Context<'_>, slot: &Slot, facts: &FunctionFacts, taint: Taint) -> bool {
    let Some(variable) = slot.variable.map(|id| context.program.variable(id)) else { return false };
    let is_number = matches!(variable.ty.kind, solwright_analysis::ir::TypeNameKind::Uint(_));
    is_number
        && !slot.is_element
        && slot.field.is_none()
        && variable.mutability == VariableMutability::Mutable
        && taint.has(Taint::PARAM)
        && taint.without(Taint::PARAM | Taint::STORAGE) == Taint::NONE
        && facts.guards.is_empty()
        && facts.calls.iter().all(|call| !call.hands_over_control() || call.sends_value())
        && facts.writes().all(|(_, other)| !other.is_own && !other.is_element)
}
