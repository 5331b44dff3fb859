//! # An override that leaves out a base
//!
//! ## What it does
//! Looks for functions that override those of two bases which know nothing of each other, and run one of them by name but not
//! the other.
//!
//! ## Why it is bad
//! What the other base does is lost in silence: a check, a hook, a count. Which of the two was meant, the code does not say.
//!
//! ## Example
//! ```solidity
//! contract Child is Paused, Taxed {
//!     function pay(uint256 amount) public override(Paused, Taxed) {
//!         Paused.pay(amount);
//!     }
//! }
//! ```
//! Let both run:
//! ```solidity
//!     function pay(uint256 amount) public override(Paused, Taxed) {
//!         super.pay(amount);
//!     }
//! ```
//!
//! ## Known gaps
//! - An override that runs neither replaces both, and is not reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::named_call,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    Program,
    program::{ContractId, FunctionId, Place},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "ambiguous-inheritance",
    title: "an override leaves out one of its bases",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-006",
    also: &[],
    swc: None,
    source: include_str!("ambiguous_inheritance.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for view in &context.views {
        let Some(contract) = view.contract else { continue };
        let called = |base: ContractId| {
            view.exprs().iter().any(|(expr, _)| {
                named_call(expr).is_some_and(|call| {
                    call.name == view.function.name
                        && call.base.and_then(|base| base.name()) == Some(&program.contract(base).name)
                })
            })
        };
        let bases = overridden(program, contract, view.id);
        let unrelated =
            |one: ContractId, other: ContractId| !program.inherits(one, other) && !program.inherits(other, one);
        let left_out = bases
            .iter()
            .find(|&&(other, _)| !called(other) && bases.iter().any(|&(one, _)| called(one) && unrelated(one, other)));
        let Some(&(other, hidden)) = left_out else { continue };
        let (name, base) = (&view.function.name, &program.contract(other).name);
        let place = Place { file: program.function_file(hidden), span: program.function(hidden).name_span };
        let report = Report {
            message: format!("`{name}` leaves out `{base}.{name}`"),
            note: "it runs the same function of another base, so what this one does is lost in silence".to_owned(),
            help: format!("call `super.{name}`, which runs both in order, or name each of them"),
            trace: vec![(place, "this function never runs".to_owned())],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
    }
}

/// Functions with a body that a function overrides, with the bases that declare them.
fn overridden(program: &Program, contract: ContractId, id: FunctionId) -> Vec<(ContractId, FunctionId)> {
    let function = program.function(id);
    let bases = program.linearized(contract).iter().skip(1);
    let all = bases.flat_map(|&base| program.functions_of(base).iter().map(move |&other| (base, other)));
    let same = all.filter(|&(_, other)| {
        let other = program.function(other);
        other.name == function.name
            && other.params.len() == function.params.len()
            && other.body.as_ref().is_some_and(|body| !body.stmts.is_empty())
    });
    same.collect()
}
