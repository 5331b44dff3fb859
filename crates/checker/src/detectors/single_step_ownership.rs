//! # Ownership handed over in one step
//!
//! ## What it does
//! Looks for functions in which the owner names the next owner, who takes over at once without having to accept.
//!
//! ## Why it is bad
//! One wrong address and nobody owns the contract any more; no one can undo it.
//!
//! ## Example
//! ```solidity
//! function transferOwnership(address next) external onlyOwner {
//!     owner = next;
//! }
//! ```
//! Let the next owner accept:
//! ```solidity
//! function transferOwnership(address next) external onlyOwner {
//!     pendingOwner = next;
//! }
//! function acceptOwnership() external {
//!     require(msg.sender == pendingOwner);
//!     owner = msg.sender;
//! }
//! ```
//!
//! ## Known gaps
//! - Ownership that an imported base hands over is not reported.

use super::{
    Detector,
    context::{Context, Report},
    roles,
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{EffectKind, GuardKind, Taint},
    program::ContractId,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "single-step-ownership",
    title: "the next owner does not have to accept",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-139",
    also: &[],
    swc: None,
    source: include_str!("single_step_ownership.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        if has_second_step(context, run.contract) {
            continue;
        }
        let deciding = run.deciding(context);
        for facts in run.entries.iter().filter(|facts| facts.is_entry && !roles::is_setup(facts)) {
            for effect in &facts.effects {
                let EffectKind::Write { slot, taint, .. } = &effect.kind else { continue };
                let Some(variable) = slot.variable.filter(|id| deciding.contains(id) && !slot.is_element) else {
                    continue;
                };
                let name = &context.program.variable(variable).name;
                if !is_head(name) || !taint.has(Taint::PARAM) || !facts.has_guard(&effect.guards, GuardKind::Caller) {
                    continue;
                }
                let Some(place) = context.in_main(&[effect.place, effect.site]) else { continue };
                let report = Report {
                    message: format!("`{}` hands `{name}` over in one step", facts.name),
                    note: "a wrong address takes over at once, and nobody can undo it".to_owned(),
                    help: "keep the next one in a variable of its own until it calls to accept".to_owned(),
                    trace: vec![(effect.place, format!("`{name}` changes here"))],
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, place, report));
            }
        }
    }
}

/// Whether a name is that of the one account above all.
fn is_head(name: &str) -> bool {
    has_word(name, &["owner", "admin", "govern", "authority"])
}

/// Whether the contract or one of its bases knows a next owner who accepts.
fn has_second_step(context: &Context<'_>, contract: ContractId) -> bool {
    let program = context.program;
    let is_step = |name: &str| {
        has_word(name, &["pending", "accept", "nominat", "proposed", "candidate", "newowner", "claimowner"])
    };
    program.linearized(contract).iter().any(|&base| {
        let tree = program.contract(base);
        tree.functions.iter().any(|function| is_step(&function.name))
            || tree.variables.iter().any(|variable| is_step(&variable.name))
    })
}
