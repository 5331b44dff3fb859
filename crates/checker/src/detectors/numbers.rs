//! What detectors about numbers ask: widths and what is compared.

use super::{context::Context, shape::without_casts, view::View};
use solwright_analysis::{
    ir::{BinaryOp, Expr, ExprKind, TypeName},
    program::Ty,
};
use std::collections::HashSet;

/// The bits of an integer type.
pub(super) fn bits(ty: &Ty) -> Option<u16> {
    match ty {
        Ty::Uint(bits) | Ty::Int(bits) => Some(*bits),
        _ => None,
    }
}

/// An expression as written, on one line, without parentheses around it.
pub(super) fn text(context: &Context<'_>, expr: &Expr) -> String {
    context.text(expr.peeled().span)
}

/// What a conversion such as `uint8(x)` converts, and to what.
pub(super) fn cast(expr: &Expr) -> Option<(&TypeName, &Expr)> {
    match &expr.peeled().kind {
        ExprKind::Call { callee, args, .. } => match (&callee.peeled().kind, args.as_slice()) {
            (ExprKind::Type(ty), [one]) => Some((ty, &one.value)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is the time of the block.
pub(super) fn is_time(expr: &Expr) -> bool {
    expr.is_member("block", "timestamp") || matches!(&expr.kind, ExprKind::Name(name) if name == "now")
}

/// Texts that the function compares with something other than a literal 0 or 1.
pub(super) fn compared(context: &Context<'_>, view: &View<'_>) -> HashSet<String> {
    let mut found = HashSet::new();
    for (expr, _) in view.exprs() {
        let (left, right) = match &expr.kind {
            ExprKind::Binary(left, op, right) if op.is_comparison() && *op != BinaryOp::Ne => (&**left, &**right),
            ExprKind::Yul(name, args) if matches!(name.as_str(), "lt" | "gt" | "slt" | "sgt") && args.len() == 2 => {
                (&args[0], &args[1])
            }
            _ => continue,
        };
        for (side, other) in [(left, right), (right, left)] {
            if !matches!(other.peeled().kind, ExprKind::Number(Some(0 | 1))) {
                found.insert(text(context, side));
                found.insert(text(context, without_casts(side)));
            }
        }
    }
    found
}
