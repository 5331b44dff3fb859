//! # A base without room to grow
//!
//! ## What it does
//! Looks for abstract contracts of upgradeable systems with state variables in ordinary slots, and neither a gap after them nor a
//! namespace of their own.
//!
//! ## Why it is bad
//! A variable added to the base in the next version moves every variable of the contracts that derive from it. After the upgrade
//! they read each other's values.
//!
//! ## Example
//! ```solidity
//! abstract contract FeesUpgradeable is Initializable {
//!     uint256 public fee;
//! }
//! ```
//! Keep room, or a namespace of ERC-7201:
//! ```solidity
//! abstract contract FeesUpgradeable is Initializable {
//!     uint256 public fee;
//!     uint256[49] private __gap;
//! }
//! ```
//!
//! ## Known gaps
//! - A contract counts as upgradeable when it, or a base of it, has `Upgradeable`, `Initializable` or `UUPS` in its name.
//! - Contracts that are not abstract and have heirs are not looked at.

use super::{
    Detector,
    context::{Context, Report},
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{ContractKind, VariableMutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-storage-gap",
    title: "a base of upgradeable contracts leaves no room",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-099",
    also: &["SCWE-150"],
    swc: None,
    source: include_str!("missing_storage_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for contract in program.main_contracts().map(|id| program.contract(id)) {
        let names = contract.bases.iter().flat_map(|base| &base.path).chain([&contract.name]);
        let is_upgradeable = names.into_iter().any(|name| has_word(name, &["upgradeable", "initializable", "uups"]));
        let mut slots = contract.variables.iter().filter(|it| it.mutability == VariableMutability::Mutable);
        let keeps_room = slots.clone().any(|variable| has_word(&variable.name, &["gap", "reserved"]));
        let Some(first) = slots.next() else { continue };
        // The base of all that is upgradeable never grows.
        let is_root = contract.name == "Initializable";
        if contract.kind != ContractKind::Abstract || !is_upgradeable || keeps_room || is_root {
            continue;
        }
        let report = Report {
            message: format!("`{}` leaves no room for variables of its next version", contract.name),
            note: "a variable added here moves all those of the contracts that derive from it".to_owned(),
            help: "end with `uint256[50 - N] private __gap`, for N slots in use, or keep the state in a namespace"
                .to_owned(),
            trace: vec![(context.place(first.span), "its first variable".to_owned())],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(contract.name_span), report));
    }
}
