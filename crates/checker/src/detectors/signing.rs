//! Questions about names and calls that the detectors of signatures, oracles and bridges share.

use super::view::View;
use solwright_analysis::ir::{Arg, Expr, ExprKind, Function, FunctionKind};

/// The last name of what a call calls, and its arguments.
pub(super) fn call(expr: &Expr) -> Option<(&str, &[Arg])> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    match &callee.peeled().kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => Some((name, args)),
        _ => None,
    }
}

/// Whether a name has one of these words, in any case.
pub(super) fn has_word(name: &str, words: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// Whether a variable is read or written in an expression.
pub(super) fn mentions(expr: &Expr, name: &str) -> bool {
    expr.any(&|inner| matches!(&inner.kind, ExprKind::Name(known) if known == name))
}

/// Whether a name in the function, its parameters or its modifiers has one of these words.
pub(super) fn speaks_of(view: &View<'_>, words: &[&str]) -> bool {
    let named = |expr: &Expr| match &expr.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => has_word(name, words),
        _ => false,
    };
    view.exprs().iter().any(|(expr, _)| named(expr))
        || view.function.params.iter().any(|param| has_word(&param.name, words))
        || view.function.modifiers.iter().any(|modifier| modifier.path.iter().any(|part| has_word(part, words)))
}

/// Whether a comparison in the function asks about a variable.
pub(super) fn is_compared(view: &View<'_>, name: &str) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(_, op, _) => op.is_comparison() && mentions(expr, name),
        ExprKind::Yul(op, _) => matches!(op.as_str(), "lt" | "gt" | "slt" | "sgt" | "eq") && mentions(expr, name),
        _ => false,
    })
}

/// Whether a modifier, or a line that looks at the caller, decides who may call.
pub(super) fn asks_caller(view: &View<'_>) -> bool {
    let gates = ["only", "auth", "role", "guard", "admin", "owner", "govern", "keeper", "relayer", "restricted"];
    view.function.modifiers.iter().any(|modifier| modifier.path.iter().any(|part| has_word(part, &gates)))
        || view.exprs().iter().any(|(expr, _)| {
            expr.is_member("msg", "sender")
                || call(expr).is_some_and(|(name, _)| {
                    name == "_msgSender"
                        || name.starts_with("_check")
                        || name.starts_with("_only")
                        || name.starts_with("_auth")
                })
        })
}

/// Whether anyone may call a function that changes something and says how.
pub(super) fn is_open_door(function: &Function) -> bool {
    function.is_external()
        && function.is_mutating()
        && function.kind == FunctionKind::Function
        && function.body.is_some()
}
