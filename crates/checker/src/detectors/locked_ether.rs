//! # Locked Ether
//!
//! ## What it does
//! Looks for contracts with a payable function and no way for Ether to leave.
//!
//! ## Why it is bad
//! What is paid in stays for ever.
//!
//! ## Example
//! ```solidity
//! contract Shop {
//!     function buy() external payable {}
//! }
//! ```
//! Give the owner a way to withdraw, or take no Ether:
//! ```solidity
//! function withdraw() external onlyOwner {
//!     (bool ok,) = msg.sender.call{value: address(this).balance}("");
//!     require(ok);
//! }
//! ```
//!
//! ## Known gaps
//! - Contracts with a base that is not at hand are left out.
//! - A `delegatecall` counts as a way out, and so does a function that does something and is named for it.
//! - That the way out can be reached is not proved.

use super::{
    Detector,
    context::{Context, Report},
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, EffectKind, FunctionFacts, Origin},
    ir::{ContractKind, Mutability},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "locked-ether",
    title: "a contract takes Ether and cannot send it",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-140",
    also: &[],
    swc: Some("SWC-132"),
    source: include_str!("locked_ether.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for run in &context.contracts {
        let contract = run.contract;
        if program.contract(contract).kind != ContractKind::Contract || program.has_missing_base(contract) {
            continue;
        }
        let takes = |facts: &&FunctionFacts| facts.mutability == Mutability::Payable && !always_reverts(facts);
        let Some(door) = run.entries.iter().find(takes) else { continue };
        if run.entries.iter().any(lets_out) {
            continue;
        }
        let own = program.function(door.function);
        let span = if program.function_file(door.function) == 0 {
            own.name_span
        } else {
            program.contract(contract).name_span
        };
        let report = Report {
            message: format!("`{}` takes Ether that can never leave `{}`", door.name, program.contract(contract).name),
            note: "no function sends Ether, destroys the contract or delegates".to_owned(),
            help: "add a way to withdraw, or leave `payable` out".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(span), report));
    }
}

/// Whether a function sends Ether, or is named for it: a library whose calls cannot be followed may do it.
fn lets_out(facts: &FunctionFacts) -> bool {
    const NAMES: &[&str] = &["take", "withdraw", "claim", "collect", "sweep", "redeem", "refund", "rescue"];
    facts.truncated
        || has_word(&facts.name, NAMES) && !facts.effects.is_empty()
        || facts.calls.iter().filter(|call| call.target_origin != Origin::This).any(|call| {
            call.sends_value() || matches!(call.kind, CallKind::DelegateCall | CallKind::Transfer | CallKind::Send)
        })
        || facts.effects.iter().any(|effect| matches!(effect.kind, EffectKind::SelfDestruct(_) | EffectKind::Create))
}

/// `receive() external payable { revert(); }`
fn always_reverts(facts: &FunctionFacts) -> bool {
    facts.effects.is_empty()
        && facts.failures.iter().any(|failure| failure.condition.as_deref().is_none_or(|asked| asked == "false"))
}
