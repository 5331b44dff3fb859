//! # A state variable that nothing sets
//!
//! ## What it does
//! Looks for state variables that code reads and that nothing writes: no constructor, no function, no assembly, no first value.
//!
//! ## Why it is bad
//! It is zero for ever. An owner that is zero locks every function that asks for the owner; a treasury that is zero burns what is
//! sent to it.
//!
//! ## Example
//! ```solidity
//! address payable treasury;
//! function sweep() external { treasury.transfer(address(this).balance); }
//! ```
//! Set it:
//! ```solidity
//! constructor(address payable treasury_) { treasury = treasury_; }
//! ```
//!
//! ## Known gaps
//! - Variables of abstract contracts are left out unless they are private.
//! - Contracts that delegate, write to computed slots or have a function without a body are left out.
//! - A variable handed to a function by reference, or named in assembly, counts as written.

use super::{
    Detector,
    context::{Context, Report},
    shape::named_call,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{ContractKind, Expr, ExprKind, FunctionKind, Location, StmtKind, VariableMutability, Visibility},
    program::{ContractId, VariableId},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "uninitialized-state",
    title: "a state variable is read and never written",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-071",
    also: &[],
    swc: None,
    source: include_str!("uninitialized_state.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for contract in program.main_contracts() {
        let is_base = program.contract(contract).kind != ContractKind::Contract;
        if runs_foreign_code(context, contract) {
            continue;
        }
        for &id in program.variables_of(contract) {
            let variable = program.variable(id);
            let is_open = is_base && variable.visibility != Some(Visibility::Private);
            if is_open
                || is_being_set(context, &variable.name)
                || variable.mutability != VariableMutability::Mutable
                || variable.init.is_some()
            {
                continue;
            }
            let is_heir = |view: &&View<'_>| view.contract.is_some_and(|home| program.inherits(home, contract));
            let views = || context.views.iter().filter(is_heir);
            if !views().any(|view| reads(view, id)) || views().any(|view| may_write(view, id)) {
                continue;
            }
            let report = Report {
                message: format!("`{}` is read, and nothing ever sets it", variable.name),
                note: "it is zero for ever".to_owned(),
                help: "set it in the constructor or where it is declared, or remove it".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(variable.span), report));
        }
    }
}

/// Whether other code may write what lies in the contract, or a function of it is still to be written.
fn runs_foreign_code(context: &Context<'_>, contract: ContractId) -> bool {
    let is_stub = |view: &View<'_>| {
        let is_empty = view.function.body.as_ref().is_none_or(|body| body.stmts.is_empty());
        // What is being typed is read as it stands, by `is_being_set`.
        let is_damaged = context.program.file(0).damage.iter().any(|(span, _)| span.overlaps(view.function.span));
        is_empty && !is_damaged && view.function.kind == FunctionKind::Function
    };
    context.views.iter().filter(|view| view.contract == Some(contract)).any(|view| {
        is_stub(view)
            || view.exprs().iter().any(|(expr, _)| match &expr.kind {
                ExprKind::Member(_, name) | ExprKind::Yul(name, _) => {
                    matches!(name.as_str(), "delegatecall" | "callcode" | "sstore")
                }
                _ => false,
            })
    })
}

/// Whether a member that does not parse, as one that is being typed, seems to assign to a name.
fn is_being_set(context: &Context<'_>, name: &str) -> bool {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '$';
    let sets = |text: &str, at: usize| {
        let rest = &text[at + name.len()..];
        let operator: String = rest.trim_start().chars().take_while(|sign| "+-*/%|&^<>=!".contains(*sign)).collect();
        let is_name = !text[..at].ends_with(is_part) && !rest.starts_with(is_part);
        is_name && operator.ends_with('=') && !matches!(operator.as_str(), "==" | "!=" | "<=" | ">=")
    };
    let damage = context.program.file(0).damage.iter().map(|(span, _)| span.text(context.program.text(0)));
    damage.into_iter().any(|text| text.match_indices(name).any(|(at, _)| sets(text, at)))
}

fn is_it(view: &View<'_>, expr: &Expr, id: VariableId) -> bool {
    view.scope().root_variable(expr) == Some(id)
}

fn reads(view: &View<'_>, id: VariableId) -> bool {
    view.exprs().iter().any(|(expr, _)| matches!(expr.kind, ExprKind::Name(_)) && is_it(view, expr, id))
}

/// Whether the function assigns to the variable, or does what may end in that.
fn may_write(view: &View<'_>, id: VariableId) -> bool {
    let has = |expr: &Expr| expr.any(&|inner| is_it(view, inner, id));
    let by_reference = |expr: &Expr| is_it(view, expr, id) && !view.ty(expr).is_value();
    view.exprs().iter().any(|(expr, setting)| match &expr.kind {
        ExprKind::Assign { target, .. } => has(target),
        ExprKind::Unary(op, target) => op.is_assignment() && is_it(view, target, id),
        ExprKind::Name(_) => setting.is_assembly && is_it(view, expr, id),
        _ => named_call(expr).is_some_and(|call| {
            call.base.is_some_and(by_reference) || call.args.iter().any(|arg| by_reference(&arg.value))
        }),
    }) || view.stmts().iter().any(|(stmt, _)| match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } => {
            variables
                .iter()
                .flatten()
                .any(|local| local.location != Some(Location::Memory) && !view.scope().named(&local.ty).is_value())
                && has(init)
        }
        StmtKind::Return(Some(value)) => view.function.visibility <= Visibility::Internal && by_reference(value),
        _ => false,
    })
}
