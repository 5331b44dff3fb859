//! Questions about the shape of code that several detectors ask.

use super::{context::Context, view::View};
use solwright_analysis::{
    ir::{Arg, Expr, ExprKind, StmtKind},
    program::FunctionId,
};

/// A call by name: its name, what it is called on, and its arguments.
pub(super) struct NamedCall<'a> {
    pub name: &'a str,
    pub base: Option<&'a Expr>,
    pub args: &'a [Arg],
}

/// The call that an expression is, when what it calls has a name.
pub(super) fn named_call(expr: &Expr) -> Option<NamedCall<'_>> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    match &callee.peeled().kind {
        ExprKind::Name(name) => Some(NamedCall { name, base: None, args }),
        ExprKind::Member(base, name) => Some(NamedCall { name, base: Some(base), args }),
        _ => None,
    }
}

/// Whether it is `msg.sender`, `_msgSender()` or a cast of it.
pub(super) fn is_sender(expr: &Expr) -> bool {
    let expr = expr.peeled();
    if expr.is_member("msg", "sender") {
        return true;
    }
    match &expr.kind {
        ExprKind::Call { callee, args, .. } => match args.as_slice() {
            [] => callee.name() == Some("_msgSender"),
            [one] if matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable) => is_sender(&one.value),
            _ => false,
        },
        ExprKind::Yul(name, _) => name == "caller",
        _ => false,
    }
}

/// Whether it is `address(this)` or `this`.
pub(super) fn is_this(expr: &Expr) -> bool {
    let expr = expr.peeled();
    match &expr.kind {
        ExprKind::Name(name) => name == "this",
        ExprKind::Call { callee, args, .. } => {
            matches!((&callee.kind, args.as_slice()), (ExprKind::Type(_) | ExprKind::Payable, [one]) if is_this(&one.value))
        }
        _ => false,
    }
}

/// Whether a name in the expression contains one of these words, whatever its case.
pub(super) fn mentions(expr: &Expr, words: &[&str]) -> bool {
    expr.any(&|inner| match &inner.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => has_word(name, words),
        _ => false,
    })
}

/// Whether a name contains one of these words, whatever its case.
pub(super) fn has_word(name: &str, words: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// Whether a comparison in the function names one of these words.
pub(super) fn compares(view: &View<'_>, words: &[&str]) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(_, op, _) => op.is_comparison() && mentions(expr, words),
        _ => false,
    })
}

/// Whether only chosen callers get through the function.
pub(super) fn is_restricted(context: &Context<'_>, id: FunctionId) -> bool {
    context.all().any(|facts| facts.function == id && !facts.access.is_empty())
}

/// The value that a local variable is declared with, when nothing assigns to it later.
pub(super) fn only_value<'a>(view: &View<'a>, name: &str) -> Option<&'a Expr> {
    let mut value = None;
    for (stmt, _) in view.stmts() {
        if let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind
            && let [Some(variable)] = variables.as_slice()
            && variable.name == name
        {
            value = Some(init);
        }
    }
    let is_changed = view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Assign { target, .. } => target.name() == Some(name),
        ExprKind::Unary(op, target) => op.is_assignment() && target.name() == Some(name),
        _ => false,
    });
    if is_changed { None } else { value }
}
