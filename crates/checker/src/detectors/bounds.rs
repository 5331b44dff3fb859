//! How often a loop may run: whether somebody else decides, and nothing stops it.

use super::{context::Context, view::View};
use solwright_analysis::{
    ir::{BinaryOp, Expr, ExprKind, FunctionKind, Mutability, Stmt, StmtKind, TypeNameKind},
    program::VariableId,
};
use solwright_syntax::Span;

/// What decides how often a loop runs, where nothing bounds it.
pub(super) enum Unbounded {
    /// Nothing: it never ends.
    Endless,
    /// The length of an array that comes with the call.
    Argument(String),
    /// A number that comes with the call.
    Count(String),
    /// The length of an array in storage that grows.
    Storage(String),
}

/// Why a loop has no bound; `None` when it has one, or when it cannot be told.
pub(super) fn unbounded(context: &Context<'_>, view: &View<'_>, stmt: &Stmt) -> Option<Unbounded> {
    let StmtKind::Loop { condition, body, .. } = &stmt.kind else { return None };
    let condition = condition.as_ref().map(Expr::peeled);
    match condition.map(|condition| &condition.kind) {
        None | Some(ExprKind::Bool(true)) => never_leaves(body).then_some(Unbounded::Endless),
        Some(_) => {
            let condition = condition?;
            let asks_for_gas = condition.any(&|expr| expr.name() == Some("gasleft"));
            if asks_for_gas {
                None
            } else {
                limits(condition).into_iter().find_map(|limit| judge(context, view, limit))
            }
        }
    }
}

fn never_leaves(body: &Stmt) -> bool {
    let mut leaves = false;
    body.each(&mut |stmt, _| {
        leaves |=
            matches!(stmt.kind, StmtKind::Break | StmtKind::Return(_) | StmtKind::Revert { .. } | StmtKind::Unknown);
        let stops = |expr: &Expr| matches!(expr.name(), Some("revert" | "require" | "assert" | "selfdestruct"));
        leaves |= stmt.exprs().iter().any(|expr| expr.any(&stops));
    });
    !leaves
}

/// Both sides of every comparison in the condition of a loop.
fn limits(condition: &Expr) -> Vec<&Expr> {
    match &condition.peeled().kind {
        ExprKind::Binary(left, BinaryOp::And, right) => [limits(left), limits(right)].concat(),
        ExprKind::Binary(left, op, right) if op.is_comparison() => vec![left.peeled(), right.peeled()],
        _ => Vec::new(),
    }
}

fn judge(context: &Context<'_>, view: &View<'_>, limit: &Expr) -> Option<Unbounded> {
    let function = view.function;
    let is_open = function.is_external() && function.kind != FunctionKind::Constructor;
    match &limit.kind {
        ExprKind::Member(base, member) if member == "length" => {
            let root = root(base)?;
            let text = context.text(base.span);
            let length = format!("{text}.length");
            if view.takes(root) {
                let has_bound =
                    is_bounded(context, view, &[length.as_str(), limit_alias(context, view, limit).as_str()], false);
                return (is_open && !has_bound).then_some(Unbounded::Argument(text));
            }
            // A local array has the length it was made with.
            if view
                .scope()
                .local(root)
                .is_some_and(|local| local.location != Some(solwright_analysis::ir::Location::Storage))
            {
                return None;
            }
            let reads_only = matches!(function.mutability, Mutability::View | Mutability::Pure);
            let has_bound = reads_only || function.kind == FunctionKind::Constructor || !grows(context, view, root);
            let same_contract = context.views.iter().filter(|other| other.contract == view.contract);
            let has_bound =
                has_bound || same_contract.into_iter().any(|other| is_bounded(context, other, &[&length], false));
            (!has_bound).then_some(Unbounded::Storage(text))
        }
        ExprKind::Name(name) if view.takes(name) => {
            let has_bound = is_bounded(context, view, &[name.as_str()], true);
            (is_open && !has_bound).then(|| Unbounded::Count(name.clone()))
        }
        ExprKind::Name(name) => {
            let source = view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
                StmtKind::Declare { variables, init: Some(init) } => {
                    let [Some(variable)] = variables.as_slice() else { return None };
                    let is_length = matches!(&init.peeled().kind, ExprKind::Member(_, member) if member == "length");
                    (variable.name == *name && is_length).then_some(init.peeled())
                }
                _ => None,
            })?;
            let is_cut = is_bounded(context, view, &[name.as_str()], true);
            if is_cut { None } else { judge(context, view, source) }
        }
        _ => None,
    }
}

/// The local variable that holds this length, or nothing that a name could be.
fn limit_alias(context: &Context<'_>, view: &View<'_>, limit: &Expr) -> String {
    let text = context.text(limit.span);
    let found = view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } if context.text(init.span) == text => {
            variables.first()?.as_ref().map(|variable| variable.name.clone())
        }
        _ => None,
    });
    found.unwrap_or_else(|| "-".to_owned())
}

/// Whether a function compares one of these with something that is fixed, or with anything when `any` says so.
fn is_bounded(context: &Context<'_>, view: &View<'_>, texts: &[&str], any: bool) -> bool {
    let rounds: Vec<Span> = view
        .stmts()
        .iter()
        .filter_map(|(stmt, _)| match &stmt.kind {
            StmtKind::Loop { condition: Some(condition), .. } => Some(condition.span),
            _ => None,
        })
        .collect();
    let is_it = |expr: &Expr| texts.contains(&context.text(expr.peeled().span).as_str());
    let is_fixed = |expr: &Expr| {
        any || match &expr.peeled().kind {
            ExprKind::Number(_) => true,
            ExprKind::Name(name) => view.scope().variable(name).is_some() || view.scope().local(name).is_none(),
            ExprKind::Call { .. } | ExprKind::Member(..) => {
                !expr.any(&|part| matches!(&part.kind, ExprKind::Member(_, name) if name == "length"))
            }
            _ => false,
        }
    };
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge, right) => {
            !rounds.iter().any(|round| round.contains_span(expr.span))
                && (is_it(left) && is_fixed(right) || is_it(right) && is_fixed(left))
        }
        _ => false,
    })
}

/// Whether something is pushed to the array after the contract was set up; what is not declared may grow.
fn grows(context: &Context<'_>, view: &View<'_>, root: &str) -> bool {
    let Some(variable) = view.scope().variable(root) else { return true };
    let has_length = |id: VariableId| matches!(&context.program.variable(id).ty.kind, TypeNameKind::Array(_, Some(_)));
    if has_length(variable) {
        return false;
    }
    context.views.iter().filter(|other| other.function.kind != FunctionKind::Constructor).any(|other| {
        other.exprs().iter().any(|(expr, _)| {
            matches!(&expr.kind, ExprKind::Member(base, name) if name == "push" && other.scope().root_variable(base) == Some(variable))
        })
    })
}

fn root(expr: &Expr) -> Option<&str> {
    let mut expr = expr.peeled();
    while let ExprKind::Member(base, _) | ExprKind::Index(base, _) = &expr.kind {
        expr = base.peeled();
    }
    expr.name()
}
