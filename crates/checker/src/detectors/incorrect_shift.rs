//! # Incorrect shift
//!
//! ## What it does
//! Looks for `shr(x, 8)` and its like in assembly: the first argument is the number of bits, the second is shifted. In Solidity it looks for shifts of a small type by all its bits or more.
//!
//! ## Why it is bad
//! With the arguments swapped the constant is shifted, and the result is zero for nearly every value.
//!
//! ## Example
//! ```solidity
//! assembly { a := shr(a, 8) }
//! ```
//! The number of bits comes first:
//! ```solidity
//! assembly { a := shr(8, a) }
//! ```
//!
//! ## Known gaps
//! - `shl(x, 1)`, which sets one bit, is not reported.
//! - Only parameters are taken for values; constants above 256 are taken for tables that are looked up by shifting.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    shape::number,
    view::View,
};
use crate::{
    finding::{Confidence, Finding, Severity},
    fix::Edit,
};
use solwright_analysis::{
    ir::{BinaryOp, Expr, ExprKind, StmtKind},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-shift",
    title: "a number is shifted by a value instead of a value by a number",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-066",
    also: &[],
    swc: None,
    source: include_str!("incorrect_shift.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let report = match &expr.kind {
                ExprKind::Yul(name, args) if is_swapped(view, name, args) => Report {
                    message: format!(
                        "the arguments of `{}` are swapped: it shifts the constant",
                        context.text(expr.span)
                    ),
                    note: "the first argument of a shift is the number of bits".to_owned(),
                    help: "swap the arguments".to_owned(),
                    fix: edits::fix("Swap the arguments", swapped(context, args)),
                    ..Report::of(&DETECTOR)
                },
                ExprKind::Binary(left, BinaryOp::Shl | BinaryOp::Shr, right) => {
                    let (Ty::Uint(bits), Some(by)) = (view.ty(left), number(right)) else { continue };
                    if by < u128::from(bits) || number(left).is_some() {
                        continue;
                    }
                    Report {
                        message: format!("a value of {bits} bits is shifted by {by}, nothing is left of it"),
                        note: "the shift is done in the type of the value".to_owned(),
                        help: "convert the value to a wider type first".to_owned(),
                        ..Report::of(&DETECTOR)
                    }
                }
                _ => continue,
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// The arguments, each in the place of the other.
fn swapped(context: &Context<'_>, args: &[Expr]) -> Vec<Edit> {
    let text = |expr: &Expr| expr.span.text(context.program.text(0)).to_owned();
    args.iter().zip(args.iter().rev()).map(|(here, there)| (here.span, text(there))).collect()
}

/// Whether a value is the number of bits, and a small constant is what they move. A choice of bits is made from comparisons.
fn is_swapped(view: &View<'_>, name: &str, args: &[Expr]) -> bool {
    let [bits, value] = args else { return false };
    let small = number(value).is_some_and(|value| (2..=256).contains(&value));
    matches!(name, "shr" | "sar" | "shl") && small && is_value(view, bits)
}

/// Whether it is a variable of Solidity, or a sum of one with something. What assembly declares often counts bits.
fn is_value(view: &View<'_>, expr: &Expr) -> bool {
    let is_own = |name: &str| {
        view.stmts().iter().any(|(stmt, setting)| match &stmt.kind {
            StmtKind::Declare { variables, .. } => {
                setting.is_assembly && variables.iter().flatten().any(|variable| variable.name == name)
            }
            _ => false,
        })
    };
    match &expr.kind {
        ExprKind::Yul(op, args) => op == "add" && args.iter().any(|arg| is_value(view, arg)),
        _ => expr.name().is_some_and(|name| view.scope().local(name).is_some() && !is_own(name)),
    }
}
