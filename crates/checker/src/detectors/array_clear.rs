//! # An array that is cleared at once
//!
//! ## What it does
//! Looks for arrays in storage that functions open to anyone make longer, and that are deleted or replaced as a whole.
//!
//! ## Why it is bad
//! Clearing costs gas for every element. When the array is long enough no block holds the transaction, and the function that
//! clears it, often the one that ends a round and pays, can never run again.
//!
//! ## Example
//! ```solidity
//! function join() external { players.push(msg.sender); }
//! function endRound() external { delete players; }
//! ```
//! Begin a new list instead:
//! ```solidity
//! mapping(uint256 => address[]) players;
//! function endRound() external { round += 1; }
//! ```
//!
//! ## Known gaps
//! - Any comparison of the array's length in a function that makes it longer counts as a bound.

use super::{
    Detector,
    context::{Context, Report},
    shape::{is_open_door, is_restricted, named_call, names_any},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Expr, ExprKind, UnaryOp},
    program::{Ty, VariableId},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "array-clear",
    title: "an array that others grow is cleared at once",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-058",
    also: &["SCWE-109", "SCWE-126"],
    swc: Some("SWC-128"),
    source: include_str!("array_clear.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some(variable) = cleared(expr).and_then(|array| view.scope().variable(array)) else { continue };
            let Some(growth) = context.views.iter().find_map(|other| growth(context, other, variable)) else {
                continue;
            };
            let name = &context.program.variable(variable).name;
            let report = Report {
                message: format!("`{name}` is cleared at once, however long anyone made it"),
                note: "every element costs gas, and one transaction cannot pay for a long array".to_owned(),
                help: "bound its length, or begin a new list under the next number".to_owned(),
                trace: vec![(context.place(growth.span), "anyone makes it longer here".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// The name of the array in `delete array` and `array = new T[](0)`.
fn cleared(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Unary(UnaryOp::Delete, target) => target.name(),
        ExprKind::Assign { target, op: None, value } => {
            let ExprKind::Call { callee, .. } = &value.peeled().kind else { return None };
            matches!(callee.peeled().kind, ExprKind::New(_)).then(|| target.name())?
        }
        _ => None,
    }
}

/// Where a function that anyone may call makes an array longer, without asking how long it is.
fn growth<'a>(context: &Context<'_>, view: &View<'a>, array: VariableId) -> Option<&'a Expr> {
    let is_it = |expr: &Expr| view.scope().root_variable(expr) == Some(array);
    let is_closed = is_restricted(context, view.id) || !is_open_door(view.function);
    let compares_length = |expr: &Expr| match &expr.kind {
        ExprKind::Binary(_, op, _) => op.is_comparison() && names_any(expr, &["length"]) && expr.any(&is_it),
        _ => false,
    };
    if is_closed || view.exprs().iter().any(|(expr, _)| compares_length(expr)) {
        return None;
    }
    let pushes = |expr: &Expr| {
        named_call(expr).is_some_and(|call| {
            call.name == "push" && call.base.is_some_and(|base| is_it(base) && matches!(view.ty(base), Ty::Array(_)))
        })
    };
    view.exprs().iter().map(|(expr, _)| *expr).find(|expr| pushes(expr))
}
