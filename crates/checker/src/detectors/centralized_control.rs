//! # One account in control
//!
//! ## What it does
//! Names the first function by which a single account, at once and alone, moves the contract's money, replaces its code or
//! changes its parameters, in contracts that know no delay.
//!
//! ## Why it is bad
//! Users have to trust one key. Who steals it takes all, and nobody has the time to leave.
//!
//! ## Example
//! ```solidity
//! function setFee(uint256 next) external onlyOwner {
//!     fee = next;
//! }
//! ```
//! Announce it, and let time pass:
//! ```solidity
//! function executeFee() external onlyOwner {
//!     require(block.timestamp >= queuedAt + 2 days);
//!     fee = queuedFee;
//! }
//! ```
//!
//! ## Known gaps
//! - Whether the account is a multisig or a timelock is decided when the contract is deployed; hence this is advice only.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
    roles,
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{EffectKind, FunctionFacts, Guard, GuardKind, Taint},
    program::ContractId,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "centralized-control",
    title: "one account is in control, at once and alone",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-020",
    also: &["SCWE-005", "SCWE-012", "SCWE-013", "SCWE-129", "SCWE-155"],
    swc: None,
    source: include_str!("centralized_control.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let contract = run.contract;
        if knows_delay(context, contract, run) {
            continue;
        }
        let grave = run.entries.iter().filter(|facts| facts.is_entry && is_grave(facts));
        let first =
            grave.filter_map(|facts| Some((facts, holder(facts)?, roles::name_place(context, facts.function)?))).next();
        let Some((facts, guard, place)) = first else { continue };
        let report = Report {
            message: format!("one account decides `{}` at once and alone", facts.name),
            note: "whoever gets hold of its key takes all, and users have no time to leave".to_owned(),
            help: "give the role to a multisig behind a timelock, or let time pass between announcing and doing"
                .to_owned(),
            trace: vec![(guard.place, "the one account is asked for here".to_owned())],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// The check of one account; not of a role that many may hold, nor of a contract that lets time pass.
fn holder(facts: &FunctionFacts) -> Option<&Guard> {
    facts.access.iter().find(|guard| {
        guard.kind == GuardKind::Caller && !is_shared(&guard.text) && !guard.via.as_deref().is_some_and(is_shared)
    })
}

fn is_shared(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "role",
        "timelock",
        "multisig",
        "govern",
        "dao",
        "safe",
        "pool",
        "[",
        "self",
        "address(this)",
        "vault",
        "factory",
        "pending",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Whether a function moves money, replaces code or sets a parameter to what its caller likes.
fn is_grave(facts: &FunctionFacts) -> bool {
    has_word(&facts.name, &["upgrade", "withdraw", "setimplementation"])
        || facts.calls.iter().any(solwright_analysis::facts::ExternalCall::sends_value)
        || facts.effects.iter().any(|effect| match &effect.kind {
            EffectKind::Write { slot, taint, is_lock: false } => {
                !slot.is_element && taint.has(Taint::PARAM) && !has_word(&facts.name, &["owner", "admin"])
            }
            _ => false,
        })
}

/// Whether time passes before something happens, or a name speaks of a delay or of several who agree.
fn knows_delay(context: &Context<'_>, contract: ContractId, run: &ContractRun) -> bool {
    let waits =
        |guard: &Guard| ["block.timestamp", "block.number", "now "].iter().any(|word| guard.text.contains(word));
    let names = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["timelock", "delay", "multisig", "quorum", "eta"]
            .iter()
            .any(|word| if *word == "eta" { name == "eta" } else { name.contains(word) })
    };
    let program = context.program;
    run.entries.iter().filter(|facts| facts.is_entry).flat_map(|facts| &facts.guards).any(waits)
        || program.linearized(contract).iter().any(|&base| {
            let tree = program.contract(base);
            base != contract && names(&tree.name) || tree.variables.iter().any(|variable| names(&variable.name))
        })
}
