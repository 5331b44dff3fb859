//! # No way to stop
//!
//! ## What it does
//! Names contracts that hold what users deposit, or whose values an owner changes, and that nobody can pause.
//!
//! ## Why it is bad
//! While a flaw is being used, the contract pays on. A pause gives the time to mend it.
//!
//! ## Example
//! ```solidity
//! function withdraw(uint256 amount) external {
//!     balances[msg.sender] -= amount;
//!     payable(msg.sender).transfer(amount);
//! }
//! ```
//! Let it be stopped:
//! ```solidity
//! function withdraw(uint256 amount) external whenNotPaused {
//!     balances[msg.sender] -= amount;
//!     payable(msg.sender).transfer(amount);
//! }
//! ```
//!
//! ## Known gaps
//! - Contracts that nobody is to control have no pause on purpose; this is advice only.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
    roles,
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{EffectKind, FunctionFacts, Taint},
    program::ContractId,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "no-emergency-stop",
    title: "nobody can stop the contract in an emergency",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-014",
    also: &["SCWE-156"],
    swc: None,
    source: include_str!("no_emergency_stop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let contract = run.contract;
        if can_stop(context, contract) || limits(run) {
            continue;
        }
        let takes = run.entries.iter().any(|facts| facts.is_entry && deposits(facts));
        let pays =
            |facts: &FunctionFacts| takes && facts.calls.iter().any(|call| call.sends_value() && call.is_entitled);
        let grave = |facts: &&FunctionFacts| facts.is_entry && (pays(facts) || sets(facts));
        let first = run
            .entries
            .iter()
            .filter(grave)
            .find_map(|facts| Some((facts, roles::name_place(context, facts.function)?)));
        let Some((facts, place)) = first else { continue };
        let report = Report {
            message: format!("nobody can stop `{}` in an emergency", facts.name),
            note: "while a flaw is being used, the contract goes on".to_owned(),
            help: "let a guardian pause what moves money or changes values".to_owned(),
            scwe: if pays(facts) { "SCWE-156" } else { "SCWE-014" },
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// Whether Ether goes in for the caller's own account.
fn deposits(facts: &FunctionFacts) -> bool {
    facts.effects.iter().any(|effect| matches!(&effect.kind, EffectKind::Write { slot, taint, .. } if slot.is_own && taint.has(Taint::VALUE)))
}

/// Whether one who is allowed sets a number of the whole contract at once.
fn sets(facts: &FunctionFacts) -> bool {
    !facts.access.is_empty()
        && facts.effects.iter().any(|effect| match &effect.kind {
            EffectKind::Write { slot, taint, is_lock: false } => !slot.is_element && *taint == Taint::PARAM,
            _ => false,
        })
}

/// Whether time or a cap limits what a call can do.
fn limits(run: &ContractRun) -> bool {
    let asks = |text: &str| has_word(text, &["block.timestamp", "block.number", "max", "limit", "cap"]);
    run.entries.iter().filter(|facts| facts.is_entry).flat_map(|facts| &facts.guards).any(|guard| asks(&guard.text))
}

fn can_stop(context: &Context<'_>, contract: ContractId) -> bool {
    let program = context.program;
    let is_stop = |name: &str| {
        has_word(
            name,
            &[
                "pause",
                "pausable",
                "stopped",
                "halt",
                "freeze",
                "frozen",
                "emergency",
                "shutdown",
                "breaker",
                "disabled",
                "timelock",
            ],
        )
    };
    program.has_missing_base(contract)
        || program.linearized(contract).iter().any(|&base| {
            let tree = program.contract(base);
            base != contract && is_stop(&tree.name)
                || tree.variables.iter().any(|variable| is_stop(&variable.name))
                || tree.functions.iter().any(|function| is_stop(&function.name))
        })
}
