//! Questions about the shape of an expression that several detectors ask.

use super::view::View;
use solwright_analysis::ir::{Arg, Expr, ExprKind};

/// The value of a number.
pub(super) fn number(expr: &Expr) -> Option<u128> {
    match expr.peeled().kind {
        ExprKind::Number(value) => value,
        _ => None,
    }
}

/// What is left of `T(payable(x))` without its casts.
pub(super) fn without_casts(expr: &Expr) -> &Expr {
    let mut expr = expr.peeled();
    loop {
        let ExprKind::Call { callee, args, .. } = &expr.kind else { return expr };
        match (&callee.peeled().kind, args.as_slice()) {
            (ExprKind::Type(_) | ExprKind::Payable, [one]) => expr = one.value.peeled(),
            _ => return expr,
        }
    }
}

/// The arguments of a call of this name, `f(…)` or `x.f(…)`.
pub(super) fn call_of<'e>(expr: &'e Expr, wanted: &str) -> Option<&'e [Arg]> {
    let (name, args) = called(expr)?;
    (name == wanted).then_some(args)
}

/// The last name of what a call calls, and its arguments.
pub(super) fn called(expr: &Expr) -> Option<(&str, &[Arg])> {
    let ExprKind::Call { callee, args, .. } = &expr.peeled().kind else { return None };
    match &callee.peeled().kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => Some((name, args)),
        _ => None,
    }
}

/// Whether a name is read anywhere in it.
pub(super) fn mentions(expr: &Expr, name: &str) -> bool {
    expr.any(&|inner| matches!(&inner.kind, ExprKind::Name(known) if known == name))
}

/// Whether a parameter or local variable is compared with something, on its own.
pub(super) fn is_compared(view: &View<'_>, name: &str) -> bool {
    let is_it = |expr: &Expr| without_casts(expr).name() == Some(name);
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, op, right) => op.is_comparison() && (is_it(left) || is_it(right)),
        ExprKind::Yul(op, args) => {
            matches!(op.as_str(), "lt" | "gt" | "slt" | "sgt" | "eq" | "iszero") && args.iter().any(is_it)
        }
        _ => false,
    })
}

/// Whether a name is that of a parameter.
pub(super) fn is_param(view: &View<'_>, name: &str) -> bool {
    view.function.params.iter().any(|param| param.name == name)
}
