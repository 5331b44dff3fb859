//! # Shadowing of a state variable
//!
//! ## What it does
//! Looks for state variables that bear the name of a state variable of a base contract.
//!
//! ## Why it is bad
//! There are two variables then: functions of the base work on one, functions of the derived contract on the other. A
//! new owner or balance set by one half is not seen by the other half.
//!
//! ## Example
//! ```solidity
//! contract Base { address owner; modifier onlyOwner() { require(msg.sender == owner); _; } }
//! contract Wallet is Base { address owner; }
//! ```
//! Use the variable of the base:
//! ```solidity
//! contract Wallet is Base { constructor() { owner = msg.sender; } }
//! ```
//!
//! ## Known gaps
//! - Private variables of a base are left out: nobody else can reach them by name.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::Visibility;

pub(super) const DETECTOR: Detector = Detector {
    id: "shadowing-state",
    title: "a state variable hides one of a base",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-069",
    also: &["SCWE-010", "SCWE-099"],
    swc: Some("SWC-119"),
    source: include_str!("shadowing_state.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for contract in program.main_contracts() {
        let bases = program.linearized(contract).get(1..).unwrap_or_default();
        for &own in program.variables_of(contract) {
            let name = &program.variable(own).name;
            let hidden = bases.iter().find_map(|&base| {
                let mut all = program.variables_of(base).iter().copied();
                let id = all.find(|&id| program.variable(id).name == *name)?;
                (program.variable(id).visibility != Some(Visibility::Private)).then_some((base, id))
            });
            let Some((base, id)) = hidden else { continue };
            let base = &program.contract(base).name;
            let report = Report {
                message: format!("`{name}` hides the state variable of the same name in `{base}`"),
                note: "there are two variables, and functions of the base see only theirs".to_owned(),
                help: "remove this declaration and use the variable of the base, or rename it".to_owned(),
                trace: vec![(program.variable_place(id), "the hidden variable".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, program.variable_place(own), report));
        }
    }
}
