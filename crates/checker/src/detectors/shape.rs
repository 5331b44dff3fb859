//! Questions about the shape of code that several detectors ask.

use super::{context::Context, view::View};
use solwright_analysis::{
    ir::{Arg, Expr, ExprKind, Function, FunctionKind, StmtKind},
    program::FunctionId,
};

/// A call by name: its name, what it is called on, and its arguments.
pub(super) struct NamedCall<'a> {
    pub name: &'a str,
    pub base: Option<&'a Expr>,
    pub args: &'a [Arg],
}

/// The call `f(…)` or `x.f(…)` that an expression is.
pub(super) fn named_call(expr: &Expr) -> Option<NamedCall<'_>> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    match &callee.peeled().kind {
        ExprKind::Name(name) => Some(NamedCall { name, base: None, args }),
        ExprKind::Member(base, name) => Some(NamedCall { name, base: Some(base), args }),
        _ => None,
    }
}

/// The last name of what a call calls, and its arguments.
pub(super) fn called(expr: &Expr) -> Option<(&str, &[Arg])> {
    named_call(expr).map(|call| (call.name, call.args))
}

/// The value of a number.
pub(super) fn number(expr: &Expr) -> Option<u128> {
    match expr.peeled().kind {
        ExprKind::Number(value) => value,
        _ => None,
    }
}

/// What is left of `IToken(payable(x))` without its parentheses and casts.
pub(super) fn without_casts(expr: &Expr) -> &Expr {
    let mut expr = expr.peeled();
    while let ExprKind::Call { callee, args, options } = &expr.kind
        && let [one] = args.as_slice()
        && options.is_empty()
        && is_type(callee.peeled())
    {
        expr = one.value.peeled();
    }
    expr
}

/// Whether a callee is a type; contracts are told from functions by their capital letter.
fn is_type(callee: &Expr) -> bool {
    matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable)
        || matches!(&callee.kind, ExprKind::Name(name) if name.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// Whether it is `msg.sender`, `_msgSender()` or a cast of it.
pub(super) fn is_sender(expr: &Expr) -> bool {
    let expr = without_casts(expr);
    match &expr.kind {
        ExprKind::Call { callee, args, .. } => args.is_empty() && callee.name() == Some("_msgSender"),
        ExprKind::Yul(name, _) => name == "caller",
        _ => expr.is_member("msg", "sender"),
    }
}

/// Whether it is `address(this)` or `this`.
pub(super) fn is_this(expr: &Expr) -> bool {
    without_casts(expr).name() == Some("this")
}

/// Whether a variable is read or written in an expression.
pub(super) fn mentions(expr: &Expr, name: &str) -> bool {
    expr.any(&|inner| matches!(&inner.kind, ExprKind::Name(known) if known == name))
}

/// Whether a name contains one of these words, whatever its case.
pub(super) fn has_word(name: &str, words: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// Whether a name in the expression contains one of these words.
pub(super) fn names_any(expr: &Expr, words: &[&str]) -> bool {
    expr.any(&|inner| match &inner.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => has_word(name, words),
        _ => false,
    })
}

/// Whether a name in the function, its parameters or its modifiers has one of these words.
pub(super) fn speaks_of(view: &View<'_>, words: &[&str]) -> bool {
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => has_word(name, words),
        _ => false,
    }) || view.function.params.iter().any(|param| has_word(&param.name, words))
        || view.function.modifiers.iter().any(|modifier| modifier.path.iter().any(|part| has_word(part, words)))
}

/// Everything that the function compares with something, each side on its own.
fn compared<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Expr> {
    view.exprs().iter().flat_map(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, op, right) if op.is_comparison() => vec![&**left, &**right],
        ExprKind::Yul(op, args) if matches!(op.as_str(), "lt" | "gt" | "slt" | "sgt" | "eq") => args.iter().collect(),
        _ => Vec::new(),
    })
}

/// Whether a parameter or local variable is compared with something, on its own.
pub(super) fn is_compared(view: &View<'_>, name: &str) -> bool {
    compared(view).any(|side| without_casts(side).name() == Some(name))
}

/// Whether a comparison in the function asks about a variable, if only among others.
pub(super) fn is_in_comparison(view: &View<'_>, name: &str) -> bool {
    compared(view).any(|side| mentions(side, name))
}

/// Whether a comparison in the function names one of these words.
pub(super) fn compares(view: &View<'_>, words: &[&str]) -> bool {
    compared(view).any(|side| names_any(side, words))
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

/// Whether only chosen callers get through the function.
pub(super) fn is_restricted(context: &Context<'_>, id: FunctionId) -> bool {
    context.all().any(|facts| facts.function == id && !facts.access.is_empty())
}

/// Whether a modifier, or a line that looks at the caller, decides who may call.
pub(super) fn asks_caller(view: &View<'_>) -> bool {
    let gates = ["only", "auth", "role", "guard", "admin", "owner", "govern", "keeper", "relayer", "restricted"];
    let is_check = |name: &str| ["_check", "_only", "_auth"].iter().any(|start| name.starts_with(start));
    view.function.modifiers.iter().any(|modifier| modifier.path.iter().any(|part| has_word(part, &gates)))
        || view.exprs().iter().any(|(expr, _)| {
            expr.is_member("msg", "sender")
                || called(expr).is_some_and(|(name, _)| name == "_msgSender" || is_check(name))
        })
}

/// Whether it recovers the signer of a hash.
pub(super) fn recovers_signer(expr: &Expr) -> bool {
    called(expr.peeled()).is_some_and(|(name, _)| {
        matches!(name, "ecrecover" | "recover" | "tryRecover" | "recoverCalldata")
            || name.to_ascii_lowercase().contains("recoversigner")
    })
}

/// Whether anyone may call a function that changes something and says how.
pub(super) fn is_open_door(function: &Function) -> bool {
    function.is_external()
        && function.is_mutating()
        && function.kind == FunctionKind::Function
        && function.body.is_some()
}
