//! # Conversion that may lose part of a number
//!
//! ## What it does
//! Looks for conversions to a narrower integer, and between signed and unsigned ones, of values that nothing bounds.
//!
//! ## Why it is bad
//! Explicit conversions never revert: the upper bits are cut off, and a negative number becomes a huge one.
//!
//! ## Example
//! ```solidity
//! uint128 amount = uint128(requested);
//! ```
//! Let the conversion check:
//! ```solidity
//! uint128 amount = SafeCast.toUint128(requested);
//! ```
//!
//! ## Known gaps
//! - A value that is compared with anything but 0 or 1 in the same function counts as bounded, and one that is compared with
//!   anything keeps its sign.
//! - A value that is compared with one of the narrower type is taken to be compared with its own conversion.
//! - Times in 32 bits or more, lengths, hashes, masks, shifts and remainders are left alone.

use super::{
    Detector,
    context::{Context, Report},
    edits, numbers,
    shape::{called, without_casts},
    view::View,
};
use crate::finding::{Confidence, Finding, Fix, Severity};
use solwright_analysis::{
    ir::{Arg, BinaryOp, Expr, ExprKind, TypeNameKind, UnaryOp, VariableMutability},
    program::{Symbol, Ty, VariableId},
};
use solwright_syntax::Span;
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "unsafe-typecast",
    title: "a conversion may lose part of a number",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-041",
    also: &["SCWE-080"],
    swc: None,
    source: include_str!("unsafe_typecast.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let mut known = None;
        let bits = bit_patterns(view);
        for (expr, _) in view.exprs() {
            let Some((to, value)) = numbers::cast(expr) else { continue };
            let (from, to) = (view.ty(value), view.scope().named(to));
            let Some(loss) = loss(&from, &to) else { continue };
            let operand = inner(value);
            let is_pattern = numbers::bits(&from) == numbers::bits(&to) && bits.contains(&expr.span);
            if is_pattern || is_bounded(view, operand, &to) || is_asked(context, view, operand, &to) {
                continue;
            }
            let known = known.get_or_insert_with(|| numbers::compared(context, view));
            if [value, operand, expr].iter().any(|one| known.contains(&numbers::text(context, one))) {
                continue;
            }
            let is_input = view.function.is_external() && view.is_param(operand);
            let place = context.place(expr.span);
            let report = Report {
                severity: if is_input && view.function.is_mutating() { Severity::Medium } else { Severity::Low },
                message: format!("`{}` {loss}", context.program.snippet(place)),
                note: "an explicit conversion never reverts, and nothing bounds the value before".to_owned(),
                help: "use OpenZeppelin's `SafeCast`, or require before that the value fits".to_owned(),
                fix: safe_cast(context, expr, &from, &to),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

/// What the conversion may do to a value.
fn loss(from: &Ty, to: &Ty) -> Option<&'static str> {
    match (from, to) {
        (Ty::Uint(from), Ty::Uint(to)) | (Ty::Int(from), Ty::Int(to)) if to < from => {
            Some("may cut off the upper bits")
        }
        (Ty::Uint(from), Ty::Int(to)) if to <= from => Some("may turn a large number negative"),
        (Ty::Int(_), Ty::Uint(_)) => Some("may turn a negative number into a huge one"),
        _ => None,
    }
}

/// OpenZeppelin's function for the conversion, where the file has it at hand.
fn safe_cast(context: &Context<'_>, expr: &Expr, from: &Ty, to: &Ty) -> Option<Fix> {
    let name = match (from, to) {
        (Ty::Uint(_), Ty::Uint(bits)) | (Ty::Int(_), Ty::Uint(bits @ 256)) => format!("toUint{bits}"),
        (Ty::Int(_), Ty::Int(bits)) | (Ty::Uint(_), Ty::Int(bits @ 256)) => format!("toInt{bits}"),
        _ => return None,
    };
    let has = |symbol: &Symbol| match symbol {
        Symbol::Contract(id) => context.program.contract(*id).functions.iter().any(|function| function.name == name),
        _ => false,
    };
    let at_hand = context.program.lookup(0, "SafeCast").iter().any(has);
    let ExprKind::Call { callee, .. } = &expr.kind else { return None };
    edits::fix(format!("Use `SafeCast.{name}`"), vec![(callee.span, format!("SafeCast.{name}"))]).filter(|_| at_hand)
}

/// Numbers that become bytes, so that no bit of them is lost.
fn bit_patterns(view: &View<'_>) -> HashSet<Span> {
    let casts = view.exprs().iter().filter_map(|(expr, _)| numbers::cast(expr));
    casts
        .filter(|(to, _)| matches!(to.kind, TypeNameKind::FixedBytes(_)))
        .map(|(_, value)| value.peeled().span)
        .collect()
}

/// Whether a condition asks for the sign of the value, or compares it with what the conversion makes of it.
fn is_asked(context: &Context<'_>, view: &View<'_>, value: &Expr, to: &Ty) -> bool {
    let wanted = numbers::text(context, value);
    let is_value = |side: &Expr| numbers::text(context, inner(side)) == wanted;
    let keeps_sign = matches!((view.ty(value), to), (Ty::Int(from), Ty::Uint(to)) if from <= *to);
    view.exprs().iter().any(|(expr, _)| match &expr.kind {
        ExprKind::Binary(left, op, right) if op.is_comparison() => [(left, right), (right, left)]
            .into_iter()
            .any(|(side, other)| is_value(side) && (keeps_sign || view.ty(other) == *to) || fits(side, &is_value)),
        ExprKind::Yul(op, args) if keeps_sign => matches!(op.as_str(), "slt" | "sgt") && args.iter().any(is_value),
        _ => false,
    })
}

/// `(x + half) >> bits`, of which nothing is left when `x` fits.
fn fits(expr: &Expr, is_value: &impl Fn(&Expr) -> bool) -> bool {
    matches!(&expr.peeled().kind, ExprKind::Binary(left, BinaryOp::Shr, _) if left.any(is_value))
}

/// The value below conversions and signs.
fn inner(expr: &Expr) -> &Expr {
    let expr = without_casts(expr);
    match &expr.kind {
        ExprKind::Unary(UnaryOp::Neg, operand) => without_casts(operand),
        _ => expr,
    }
}

/// Whether the shape of the value says that it fits, or that cutting it off is meant.
fn is_bounded(view: &View<'_>, value: &Expr, to: &Ty) -> bool {
    match &value.kind {
        ExprKind::Number(_) | ExprKind::Address | ExprKind::Text(_) | ExprKind::Yul(..) => true,
        ExprKind::Binary(left, op, right) => match op {
            BinaryOp::BitAnd | BinaryOp::Rem | BinaryOp::Shr | BinaryOp::Sar | BinaryOp::Shl => true,
            BinaryOp::BitOr | BinaryOp::BitXor => is_bounded(view, without_casts(left), to),
            _ => {
                let is_fixed = |side: &Expr| matches!(without_casts(side).kind, ExprKind::Number(_));
                // A clock with a constant offset is a clock.
                is_fixed(right) && is_bounded(view, without_casts(left), to)
                    || is_fixed(left) && is_bounded(view, without_casts(right), to)
            }
        },
        ExprKind::Member(base, member) => {
            let is_clock = matches!(member.as_str(), "timestamp" | "number" | "basefee" | "chainid" | "length");
            is_clock && numbers::bits(to).is_some_and(|bits| bits >= 32) || matches!(base.kind, ExprKind::TypeInfo(_))
        }
        // A hash or a packed word is cut on purpose, and one of several numbers is no larger than they are.
        ExprKind::Call { args, .. } => {
            let fits = |arg: &Arg| matches!((numbers::bits(&view.ty(&arg.value)), numbers::bits(to)), (Some(from), Some(to)) if from <= to);
            let mut numbers = args.iter().filter(|arg| view.ty(&arg.value) != Ty::Bool);
            let is_one_of = match called(value) {
                Some(("min", _)) => numbers.any(fits),
                Some(("max" | "ternary", _)) => numbers.all(fits),
                _ => false,
            };
            is_one_of || matches!(view.ty(value), Ty::FixedBytes(_) | Ty::Unknown | Ty::Address { .. } | Ty::Bytes)
        }
        ExprKind::Name(name) => match view.ty(value) {
            Ty::Uint(_) | Ty::Int(_) => view.scope().variable(name).is_some_and(|id| is_constant(view, id)),
            _ => true,
        },
        _ => numbers::bits(&view.ty(value)).is_none(),
    }
}

fn is_constant(view: &View<'_>, id: VariableId) -> bool {
    view.program().variable(id).mutability == VariableMutability::Constant
}
