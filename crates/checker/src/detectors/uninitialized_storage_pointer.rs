//! # Uninitialised storage pointer
//!
//! ## What it does
//! Looks for local variables in `storage` that are used before they point anywhere. Before Solidity 0.5 a struct or array
//! without a location is one too.
//!
//! ## Why it is bad
//! Such a pointer points at slot 0: a write through it overwrites whatever lies there, often the owner.
//!
//! ## Example
//! ```solidity
//! Deposit storage deposit;
//! deposit.amount = msg.value;
//! ```
//! Say what it points at:
//! ```solidity
//! Deposit storage deposit = deposits[msg.sender];
//! deposit.amount = msg.value;
//! ```
//!
//! ## Known gaps
//! - A pointer that only some branches set is not reported.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Expr, ExprKind, Location, StmtKind, Variable},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "uninitialized-storage-pointer",
    title: "a storage pointer points nowhere",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-071",
    also: &[],
    swc: Some("SWC-109"),
    source: include_str!("uninitialized_storage_pointer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let bare = view.stmts().iter().filter_map(|(stmt, setting)| match &stmt.kind {
            StmtKind::Declare { variables, init: None } if !setting.is_assembly => match variables.as_slice() {
                [Some(variable)] => Some(variable),
                _ => None,
            },
            _ => None,
        });
        for variable in bare.filter(|variable| is_pointer(view, variable)) {
            if is_set_first(view, variable) {
                continue;
            }
            let place = context.place(variable.span);
            let in_memory = vec![edits::insert(variable.ty.span.end, " memory")];
            let report = Report {
                message: format!("`{}` is used before it points anywhere", variable.name),
                note: "it points at the first slot, and a write through it overwrites what lies there".to_owned(),
                help: "say what it points at, or declare it in `memory`".to_owned(),
                fix: edits::fix("Declare it in `memory`", in_memory).filter(|_| variable.location.is_none()),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn is_pointer(view: &View<'_>, variable: &Variable) -> bool {
    match variable.location {
        Some(location) => location == Location::Storage,
        // Where newer compilers insist on a location, older ones take storage for granted.
        None => matches!(view.scope().named(&variable.ty), Ty::Struct(_) | Ty::Array(_)),
    }
}

/// Whether nothing uses the variable before a value is assigned to it.
fn is_set_first(view: &View<'_>, variable: &Variable) -> bool {
    for (expr, _) in view.exprs().iter().filter(|(expr, _)| expr.span.start > variable.span.end) {
        match &expr.kind {
            ExprKind::Assign { target, .. } if has_name(target, &variable.name) => return true,
            ExprKind::Name(name) if *name == variable.name => return false,
            _ => {}
        }
    }
    true
}

/// Whether the variable itself, alone or in a list, is assigned to.
pub(super) fn has_name(target: &Expr, name: &str) -> bool {
    match &target.peeled().kind {
        ExprKind::Tuple(parts) => parts.iter().flatten().any(|part| has_name(part, name)),
        // `pointer.slot := …`
        ExprKind::Member(base, member) if member == "slot" => base.name() == Some(name),
        _ => target.name() == Some(name),
    }
}
