//! # Shadowing by a local variable
//!
//! ## What it does
//! Looks for parameters, results and local variables that bear the name of a state variable.
//!
//! ## Why it is bad
//! The name means the local variable. An assignment that was meant to reach the state is lost when the function ends,
//! and a check against the state compares a value with itself.
//!
//! ## Example
//! ```solidity
//! address owner;
//! function setOwner(address owner) external { owner = owner; }
//! ```
//! Give the parameter a name of its own:
//! ```solidity
//! function setOwner(address newOwner) external { owner = newOwner; }
//! ```
//!
//! ## Known gaps
//! - Functions, events and modifiers of the same name are not looked at.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    Program,
    ir::{StmtKind, Variable, Visibility},
    program::{ContractId, VariableId},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "shadowing-local",
    title: "a local variable hides a state variable",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-010",
    also: &["SCWE-069"],
    swc: Some("SWC-119"),
    source: include_str!("shadowing_local.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let (Some(contract), Some(body)) = (view.contract, &view.function.body) else { continue };
        let mut locals: Vec<&Variable> = view.function.params.iter().chain(&view.function.returns).collect();
        for (stmt, setting) in view.stmts() {
            match &stmt.kind {
                StmtKind::Declare { variables, .. } if !setting.is_assembly => {
                    locals.extend(variables.iter().flatten())
                }
                StmtKind::Try { clauses, .. } => locals.extend(clauses.iter().flat_map(|clause| &clause.params)),
                _ => {}
            }
        }
        // A body without statements uses no name.
        locals.retain(|local| !local.name.is_empty() && !body.stmts.is_empty());
        for local in locals {
            let Some(hidden) = hidden(context.program, contract, &local.name) else { continue };
            let place = context.place(local.span);
            let report = Report {
                message: format!("`{}` hides the state variable of the same name", local.name),
                note: "the name means the local variable here, so the state is neither read nor written".to_owned(),
                help: format!("rename the local variable, for instance to `{}_`", local.name),
                trace: vec![(context.program.variable_place(hidden), "the state variable".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// The state variable that code of `contract` would reach by this name.
fn hidden(program: &Program, contract: ContractId, name: &str) -> Option<VariableId> {
    let id = program.find_variable(contract, name)?;
    let is_own = program.variables_of(contract).contains(&id);
    (is_own || program.variable(id).visibility != Some(Visibility::Private)).then_some(id)
}
