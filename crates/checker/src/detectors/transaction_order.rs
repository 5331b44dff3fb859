//! # Who comes first wins
//!
//! ## What it does
//! Looks for functions whose outcome others can change by getting in before: an answer that is sent in the clear and paid
//! for, a price or reward from the state that may change while the call waits, a place that the last caller takes.
//!
//! ## Why it is bad
//! Calls wait in the open. Whoever sees one can copy it, or send another before it, for a higher fee.
//!
//! ## Example
//! ```solidity
//! function solve(string calldata answer) external {
//!     require(keccak256(bytes(answer)) == target);
//!     payable(msg.sender).transfer(1 ether);
//! }
//! ```
//! Let callers commit to a hash first, and open it later:
//! ```solidity
//! function open(string calldata answer, bytes32 salt) external {
//!     require(commitments[msg.sender] == keccak256(abi.encode(answer, salt, msg.sender)));
//! }
//! ```
//!
//! ## Known gaps
//! - Slippage in swaps is asked for elsewhere.
//! - A payment in a token counts when it is a `transfer` or a `safeTransfer` to the caller.

use super::{
    Detector,
    context::{Context, Report},
    roles,
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{Effect, EffectKind, ExternalCall, FunctionFacts, GuardKind, Taint},
    ir::Mutability,
    program::{Place, VariableId},
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "transaction-order",
    title: "whoever gets in before changes the outcome",
    severity: Severity::Low,
    confidence: Confidence::Low,
    scwe: "SCWE-052",
    also: &["SCWE-037"],
    swc: Some("SWC-114"),
    source: include_str!("transaction_order.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let movable = written(run.entries.iter());
        for facts in run.entries.iter().filter(|facts| facts.is_entry && facts.access.is_empty()) {
            let found = answer(facts)
                .or_else(|| taken_place(facts))
                .or_else(|| open_price(context, facts))
                .or_else(|| reward(context, &movable, facts));
            let Some((at, message)) = found else { continue };
            let Some(place) = context.in_main(&[at]).or_else(|| roles::name_place(context, facts.function)) else {
                continue;
            };
            let report = Report {
                message,
                note: "calls wait in the open, and one with a higher fee gets in before".to_owned(),
                help: "let callers commit first, or let them say what they accept".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// Plain variables that some function changes.
fn written<'a>(entries: impl Iterator<Item = &'a FunctionFacts>) -> HashSet<VariableId> {
    let entries = entries.filter(|facts| facts.is_entry);
    entries
        .flat_map(|facts| facts.writes())
        .filter(|(_, slot)| !slot.is_element)
        .filter_map(|(_, slot)| slot.variable)
        .collect()
}

/// A hash of what the caller sends decides, and the caller is paid.
fn answer(facts: &FunctionFacts) -> Option<(Place, String)> {
    let call = facts.calls.iter().find(|call| pays_caller(call))?;
    let guard = facts.guards.iter().find(|guard| {
        let is_hash =
            guard.text.contains("keccak256(") || guard.text.contains("sha3(") || guard.text.contains("sha256(");
        is_hash && guard.text.contains("==") && !roles::names_caller(&guard.text)
    })?;
    let takes = facts.params.iter().any(|param| guard.text.contains(&param.name) && !param.name.is_empty());
    let follows = call.guards.iter().any(|&at| facts.guards[at] == *guard);
    (takes && follows)
        .then(|| (guard.place, format!("`{}` pays for an answer that everyone can read and copy before", facts.name)))
}

/// Whether the caller gets Ether or tokens that were not its own before.
fn pays_caller(call: &ExternalCall) -> bool {
    let is_new = |taint: Taint| !taint.has(Taint::OWN | Taint::KEYED);
    if call.sends_value() {
        return is_new(call.value_taint) && call.target_taint.has(Taint::SENDER);
    }
    let is_transfer = matches!(call.function.as_deref(), Some("transfer" | "safeTransfer"));
    match call.args.as_slice() {
        [(to, _), (amount, _)] => is_transfer && to.has(Taint::SENDER) && is_new(*amount),
        _ => false,
    }
}

/// The last caller who pays takes a place, and nothing compares what was paid with what was paid before.
fn taken_place(facts: &FunctionFacts) -> Option<(Place, String)> {
    if facts.mutability != Mutability::Payable {
        return None;
    }
    let is_place = |effect: &&Effect| match &effect.kind {
        EffectKind::Write { slot, taint, is_lock: false } => {
            !slot.is_element && *taint == Taint::SENDER && slot.variable.is_some()
        }
        _ => false,
    };
    let effect = facts.effects.iter().find(is_place)?;
    let pays_in =
        |&at: &usize| facts.guards[at].kind == GuardKind::Condition && facts.guards[at].text.contains("msg.value");
    let compared = facts.reads().next().is_some();
    (effect.guards.iter().any(pays_in) && !compared)
        .then(|| (effect.place, format!("the last to call `{}` wins, whatever others paid", facts.name)))
}

/// What a sale costs is read from the state, and the buyer cannot say what it accepts.
fn open_price(context: &Context<'_>, facts: &FunctionFacts) -> Option<(Place, String)> {
    let guard = facts.guards.iter().find(|guard| {
        guard.kind == GuardKind::Condition && guard.text.contains("msg.value") && guard.text.contains('*')
    })?;
    let price = facts.reads().find_map(|(_, slot)| {
        let name = slot.name(context.program);
        (has_word(&name, &["price", "rate"]) && guard.text.contains(&name)).then_some(name)
    })?;
    let sells = facts
        .calls
        .iter()
        .any(|call| call.function.as_deref().is_some_and(|name| name.starts_with("transfer") || name == "mint"));
    let accepts = facts.params.iter().any(|param| has_word(&param.name, &["max", "min", "limit", "deadline"]));
    (sells && !accepts)
        .then(|| (guard.place, format!("`{}` sells at `{price}`, which may change while the call waits", facts.name)))
}

/// A reward that anyone can collect comes from a variable that another call changes.
fn reward(context: &Context<'_>, movable: &HashSet<VariableId>, facts: &FunctionFacts) -> Option<(Place, String)> {
    let call = facts
        .calls
        .iter()
        .find(|call| call.sends_value() && call.target_taint == Taint::SENDER && call.value_taint == Taint::STORAGE)?;
    let value = call.value.as_deref()?;
    let (_, slot) = facts.reads().find(|(_, slot)| {
        !slot.is_element && slot.variable.is_some_and(|id| movable.contains(&id)) && slot.name(context.program) == value
    })?;
    let is_own = facts.guards.iter().any(|guard| roles::names_caller(&guard.text));
    (!is_own).then(|| {
        (
            call.place,
            format!(
                "the first to call `{}` is paid `{}`, which may change while the call waits",
                facts.name,
                slot.name(context.program)
            ),
        )
    })
}
