//! Who is who in a contract: the variables that decide what a caller may do, and the places that name functions.

use super::{context::Context, shape::is_sender};
use solwright_analysis::{
    facts::{FunctionFacts, GuardKind},
    ir::{BinaryOp, Expr, ExprKind},
    program::{ContractId, FunctionId, Place, Ty, VariableId},
};
use std::collections::HashSet;

/// State variables of the main file that say who may do what: accounts that are compared with the caller, and lists
/// that a check looks the caller up in.
pub(super) fn deciding(context: &Context<'_>, contract: ContractId) -> HashSet<VariableId> {
    let program = context.program;
    let mut found = HashSet::new();
    let checks: HashSet<Place> = context
        .all()
        .flat_map(|facts| &facts.guards)
        .filter(|guard| guard.kind == GuardKind::Caller)
        .map(|guard| guard.place)
        .collect();
    let is_checked = |expr: &Expr| {
        let covers =
            |place: &Place| place.file == 0 && place.span.start <= expr.span.start && expr.span.end <= place.span.end;
        checks.iter().any(covers)
    };
    let homes = program.linearized(contract);
    for view in context.views.iter().filter(|view| view.contract.is_some_and(|home| homes.contains(&home))) {
        for (expr, _) in view.exprs() {
            match &expr.kind {
                ExprKind::Binary(left, BinaryOp::Eq | BinaryOp::Ne, right) => {
                    if let Some(list) = asked_of_list(left).or_else(|| asked_of_list(right)) {
                        found.extend(
                            view.scope().root_variable(list).filter(|_| matches!(view.ty(list), Ty::Address { .. })),
                        );
                    }
                    let other = if is_sender(left) {
                        right
                    } else if is_sender(right) {
                        left
                    } else {
                        continue;
                    };
                    let variable = other.name().and_then(|name| view.scope().variable(name));
                    found.extend(variable.filter(|_| matches!(view.ty(other), Ty::Address { .. } | Ty::Contract(_))));
                }
                ExprKind::Index(_, Some(key)) if is_sender(key) && is_listed(&view.ty(expr), is_checked(expr)) => {
                    found.extend(view.scope().root_variable(expr));
                }
                _ => {}
            }
        }
    }
    found
}

/// `members[msg.sender]`
fn asked_of_list(expr: &Expr) -> Option<&Expr> {
    matches!(&expr.peeled().kind, ExprKind::Index(_, Some(key)) if is_sender(key)).then_some(expr)
}

/// Whether a value that the caller's element holds says that it is on a list.
fn is_listed(ty: &Ty, is_checked: bool) -> bool {
    *ty == Ty::Bool && is_checked
}

/// The name of a function, when the main file declares it.
pub(super) fn name_place(context: &Context<'_>, id: FunctionId) -> Option<Place> {
    let place = Place { file: context.program.function_file(id), span: context.program.function(id).name_span };
    context.in_main(&[place])
}

/// Whether a function sets a contract up: by its name or by what guards it.
pub(super) fn is_setup(facts: &FunctionFacts) -> bool {
    let name = facts.name.trim_start_matches('_').to_ascii_lowercase();
    name.starts_with("init")
        || name.starts_with("setup")
        || facts.guards.iter().any(|guard| guard.kind == GuardKind::Initializer)
}

/// Whether the caller is asked who it is, be it in a way that proves little.
pub(super) fn asks_caller(facts: &FunctionFacts, at: &[usize]) -> bool {
    facts.is_authorised(at)
        || at.iter().any(|&index| {
            let guard = &facts.guards[index];
            guard.kind == GuardKind::Own || names_caller(&guard.text)
        })
}

/// Whether a condition speaks of the caller.
pub(super) fn names_caller(text: &str) -> bool {
    ["msg.sender", "_msgSender", "caller()", "tx.origin"].iter().any(|word| text.contains(word))
}
