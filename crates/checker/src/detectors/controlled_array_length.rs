//! # An array as long as the caller likes
//!
//! ## What it does
//! Looks for lengths of arrays that a caller can lower below zero or set at will, as Solidity before 0.6 allowed.
//!
//! ## Why it is bad
//! An array that is long enough lies over the whole storage: whoever writes to its elements overwrites the owner.
//!
//! ## Example
//! ```solidity
//! function pop() public {
//!     codes.length--;
//! }
//! ```
//! Ask first, or use `codes.pop()`:
//! ```solidity
//! function pop() public {
//!     require(codes.length > 0);
//!     codes.length--;
//! }
//! ```
//!
//! ## Known gaps
//! - A comparison of the length with anything but another length counts as a check.

use super::{
    Detector,
    context::{Context, Report},
    roles, shape,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::FunctionFacts,
    ir::{Expr, ExprKind, UnaryOp},
    program::{FunctionId, Ty},
};
use std::collections::HashMap;

pub(super) const DETECTOR: Detector = Detector {
    id: "controlled-array-length",
    title: "a caller chooses the length of an array",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-057",
    also: &[],
    swc: Some("SWC-124"),
    source: include_str!("controlled_array_length.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let by_id: HashMap<FunctionId, &FunctionFacts> = context.all().map(|facts| (facts.function, facts)).collect();
    for view in context.views.iter().filter(|view| view.function.is_external() && view.function.is_mutating()) {
        let writes = view.exprs().iter().filter_map(|(expr, _)| Some((*expr, write(view, expr)?))).collect::<Vec<_>>();
        let Some(facts) = by_id.get(&view.id).filter(|_| !writes.is_empty()) else { continue };
        if !facts.access.is_empty() || facts.guards.iter().any(|guard| roles::names_caller(&guard.text)) {
            continue;
        }
        for (expr, what) in writes {
            let report = Report {
                message: format!("anyone can write to any slot of the storage through `{}`", view.function.name),
                note: what.to_owned(),
                help: "ask for the length first, and use `push` and `pop`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// Why an expression reaches every slot, when it does.
fn write(view: &View<'_>, expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Unary(UnaryOp::Decrement, operand) if is_length(view, operand) => {
            let asks = |expr: &Expr| is_positive_check(expr, &|side| is_length(view, side));
            let is_asked = view.exprs().iter().any(|(expr, _)| asks(expr));
            (!is_asked).then_some("the length of an empty array becomes the largest number, and every slot an element")
        }
        ExprKind::Assign { target, value, .. } if is_length(view, target) => {
            let is_open = value.name().is_some_and(|name| view.takes(name) && !shape::is_compared(view, name));
            is_open.then_some(
                "the array is as long as the caller likes, so that its elements lie over every other variable",
            )
        }
        // `map[key] = value` where the same function made the array as long as the caller likes.
        ExprKind::Assign { target, .. } => {
            let ExprKind::Index(array, Some(key)) = &target.peeled().kind else { return None };
            let variable = view.scope().root_variable(array)?;
            let grows = |expr: &Expr| match &expr.kind {
                ExprKind::Assign { target, value, .. } => {
                    is_length(view, target)
                        && view.scope().root_variable(target) == Some(variable)
                        && value.any(&|part| view.is_param(part))
                }
                _ => false,
            };
            let grown = view.is_param(key) && view.exprs().iter().any(|(expr, _)| grows(expr));
            grown.then_some(
                "the array is as long as the caller likes, so that its elements lie over every other variable",
            )
        }
        _ => None,
    }
}

/// `array.length` of an array in storage
fn is_length(view: &View<'_>, expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Member(array, name) if name == "length" => {
            matches!(view.ty(array), Ty::Array(_) | Ty::Bytes) && view.scope().root_variable(array).is_some()
        }
        _ => false,
    }
}

/// `array.length > 0`, `array.length != 0` and their like
fn is_positive_check(expr: &Expr, is_length: &impl Fn(&Expr) -> bool) -> bool {
    use solwright_analysis::ir::BinaryOp;
    let is_zero = |expr: &Expr| matches!(expr.peeled().kind, ExprKind::Number(Some(0)));
    match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Gt | BinaryOp::Ne | BinaryOp::Eq | BinaryOp::Ge, right) => {
            is_length(left) && (is_zero(right) || !is_length(right))
        }
        ExprKind::Binary(left, BinaryOp::Lt, right) => is_length(right) && !is_length(left),
        _ => false,
    }
}
