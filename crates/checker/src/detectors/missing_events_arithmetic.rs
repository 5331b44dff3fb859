//! # A parameter of the contract changes without an event
//!
//! ## What it does
//! Looks for functions that let an owner or a role set a number which other functions compute with, and that emit no event.
//!
//! ## Why it is bad
//! A fee or a price that changes in silence is noticed when it is paid. Whoever follows the contract by its events cannot leave
//! in time.
//!
//! ## Example
//! ```solidity
//! function setFee(uint256 next) external onlyOwner {
//!     fee = next;
//! }
//! ```
//! Say so:
//! ```solidity
//! function setFee(uint256 next) external onlyOwner {
//!     emit FeeChanged(fee, next);
//!     fee = next;
//! }
//! ```
//!
//! ## Known gaps
//! - Any event that names the number or a parameter counts.
//! - Numbers that reach a computation as an argument are not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::only_value,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{EffectKind, FunctionFacts, GuardKind, Taint},
    ir::{BinaryOp, Expr, ExprKind, TypeNameKind},
    program::{FunctionId, VariableId},
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-events-arithmetic",
    title: "a number that others compute with changes without an event",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-063",
    also: &[],
    swc: None,
    source: include_str!("missing_events_arithmetic.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let used = computed_with(context);
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        let told: Vec<&str> = facts
            .effects
            .iter()
            .filter(|effect| matches!(effect.kind, EffectKind::Emit(_)))
            .map(|effect| effect.text.as_str())
            .collect();
        for effect in &facts.effects {
            let Some(variable) = set_by_chosen(context, facts, &effect.kind, &effect.guards) else { continue };
            let is_used = used.iter().any(|(id, by)| *id == variable && *by != facts.function);
            let Some(place) = context.in_main(&[effect.place, effect.site]).filter(|_| is_used) else { continue };
            let name = &context.program.variable(variable).name;
            let is_about = |text: &&str| {
                text.contains(name)
                    || facts.params.iter().any(|param| !param.name.is_empty() && text.contains(&param.name))
            };
            if told.iter().any(is_about) {
                continue;
            }
            let report = Report {
                message: format!("`{}` changes `{name}`, which others compute with, without an event", facts.name),
                note: "nobody who follows the contract by its events sees it".to_owned(),
                help: "emit an event with the old and the new value".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// The number of the whole contract that an effect sets to what a chosen caller says.
fn set_by_chosen(
    context: &Context<'_>,
    facts: &FunctionFacts,
    effect: &EffectKind,
    guards: &[usize],
) -> Option<VariableId> {
    let EffectKind::Write { slot, taint, is_lock: false } = effect else { return None };
    let variable = slot.variable.filter(|_| !slot.is_element && slot.field.is_none())?;
    let is_number = matches!(context.program.variable(variable).ty.kind, TypeNameKind::Uint(_) | TypeNameKind::Int(_));
    let is_set = taint.has(Taint::PARAM | Taint::STORAGE | Taint::TIME | Taint::RETURNED);
    (is_number && is_set && facts.has_guard(guards, GuardKind::Caller)).then_some(variable)
}

/// State variables in a computation, with the function that computes.
fn computed_with(context: &Context<'_>) -> HashSet<(VariableId, FunctionId)> {
    let mut found = HashSet::new();
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let operands: &[&Expr] = match &expr.kind {
                ExprKind::Binary(left, op, right) if computes(*op) => &[left, right],
                ExprKind::Assign { op: Some(op), value, .. } if computes(*op) => &[value],
                _ => continue,
            };
            let names = operands.iter().filter_map(|operand| operand.name());
            let names = names.map(|name| only_value(view, name).and_then(Expr::name).unwrap_or(name));
            found.extend(names.filter_map(|name| view.scope().variable(name)).map(|id| (id, view.id)));
        }
    }
    found
}

fn computes(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem | BinaryOp::Pow)
}
