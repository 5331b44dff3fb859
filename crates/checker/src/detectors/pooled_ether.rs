//! # Ether of all in one count
//!
//! ## What it does
//! Looks for a number that adds up everyone's Ether, and a function that pays the caller out of it without asking how much of it
//! is theirs.
//!
//! ## Why it is bad
//! The count does not say whose Ether it is. Whoever comes first takes the deposits of the others. It also drifts from what the
//! contract holds, for Ether may be forced upon it.
//!
//! ## Example
//! ```solidity
//! uint256 public balance;
//! function deposit() external payable { balance += msg.value; }
//! function withdraw(uint256 amount) external { balance -= amount; payable(msg.sender).transfer(amount); }
//! ```
//! Keep one for each account:
//! ```solidity
//! mapping(address => uint256) public balances;
//! function deposit() external payable { balances[msg.sender] += msg.value; }
//! ```
//!
//! ## Known gaps
//! - A contract that touches any element of a mapping in the same functions is not reported.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{Effect, EffectKind, ExternalCall, FunctionFacts, Origin, Taint},
    program::VariableId,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "pooled-ether",
    title: "Ether of all is kept in one count",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-075",
    also: &["SCWE-049"],
    swc: None,
    source: include_str!("pooled_ether.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let entries = || run.entries.iter().filter(|facts| facts.is_entry && !keeps_elements(facts));
        for (effect, variable) in entries().filter_map(pooled) {
            let Some((facts, call)) = entries().find_map(|facts| Some((facts, payout(facts, variable)?))) else {
                continue;
            };
            let Some(place) = context.in_main(&[effect.place, effect.site]) else { continue };
            let name = &context.program.variable(variable).name;
            let report = Report {
                message: format!("`{name}` adds up everyone's Ether, and `{}` pays any caller out of it", facts.name),
                note: "it does not say whose Ether it is, so whoever comes first takes all".to_owned(),
                help: "count the Ether of each account in a mapping, and pay no more than the caller's".to_owned(),
                trace: vec![(call.place, "the caller chooses how much is paid here".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// The number that a function adds the sent Ether to.
fn pooled(facts: &FunctionFacts) -> Option<(&Effect, VariableId)> {
    facts.effects.iter().find_map(|effect| match &effect.kind {
        EffectKind::Write { slot, taint, .. } if taint.has(Taint::VALUE) => Some((effect, slot.variable?)),
        _ => None,
    })
}

fn keeps_elements(facts: &FunctionFacts) -> bool {
    facts.writes().any(|(_, slot)| slot.is_element)
}

/// The call by which any caller is paid what they ask for, counted in a variable.
fn payout(facts: &FunctionFacts, variable: VariableId) -> Option<&ExternalCall> {
    let counts = facts.writes().any(|(_, slot)| slot.variable == Some(variable));
    facts.calls.iter().find(|call| {
        counts
            && call.sends_value()
            && call.target_origin == Origin::Sender
            && call.value_taint.has(Taint::PARAM)
            && !facts.is_authorised(&call.guards)
    })
}
