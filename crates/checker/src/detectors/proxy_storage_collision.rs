//! # State of a proxy in the slots of its logic
//!
//! ## What it does
//! Looks for proxies, contracts whose fallback delegates or that are named so, with state variables in ordinary slots.
//!
//! ## Why it is bad
//! The logic runs on the storage of the proxy and counts its variables from slot 0 as well. The first write of the logic to its
//! own first variable replaces the address of the logic, or the admin.
//!
//! ## Example
//! ```solidity
//! contract Proxy {
//!     address public implementation;
//!     fallback() external payable { _delegate(implementation); }
//! }
//! ```
//! Keep it where no compiler puts anything:
//! ```solidity
//! bytes32 private constant SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
//! ```
//!
//! ## Known gaps
//! - A proxy whose logic inherits the same layout on purpose is reported as well: one forgotten variable breaks it.
//! - One finding is made for a contract, at its first variable.

use super::{
    Detector,
    context::{Context, Report},
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, Taint},
    ir::{Contract, ContractKind, FunctionKind, TypeNameKind, Variable, VariableMutability},
    program::ContractId,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "proxy-storage-collision",
    title: "a proxy keeps state where its logic does",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-150",
    also: &["SCWE-099"],
    swc: None,
    source: include_str!("proxy_storage_collision.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    let concrete = |&id: &ContractId| program.contract(id).kind != ContractKind::Interface && !program.is_library(id);
    for id in program.main_contracts().filter(concrete) {
        let contract = program.contract(id);
        let delegates = delegates(context, id);
        let mut slots = contract.variables.iter().filter(|variable| takes_a_slot(variable));
        let found = if delegates { slots.next() } else { slots.find(|variable| is_named_proxy(contract, variable)) };
        let Some(variable) = found else { continue };
        let report = Report {
            message: format!(
                "`{}` of the proxy `{}` lies where its logic keeps variables",
                variable.name, contract.name
            ),
            note: "the logic counts its own variables from slot 0 as well, and overwrites it".to_owned(),
            help: "keep it in a slot of EIP-1967, or make it immutable".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(variable.span), report));
    }
}

/// Whether what is called of a contract is run by another's code.
pub(super) fn delegates(context: &Context<'_>, id: ContractId) -> bool {
    let entries = context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.contract == Some(id));
    entries.into_iter().any(|facts| {
        context.program.function(facts.function).kind == FunctionKind::Fallback
            && facts.calls.iter().any(|call| call.kind == CallKind::DelegateCall && call.data_taint.has(Taint::PARAM))
    })
}

fn takes_a_slot(variable: &Variable) -> bool {
    variable.mutability == VariableMutability::Mutable && !has_word(&variable.name, &["gap", "slot"])
}

/// Whether a contract is called a proxy, and a variable holds the address of its code.
fn is_named_proxy(contract: &Contract, variable: &Variable) -> bool {
    has_word(&contract.name, &["proxy"])
        && matches!(variable.ty.kind, TypeNameKind::Address { .. })
        && has_word(&variable.name, &["impl", "logic", "mastercopy", "singleton"])
}
