//! # Hash of several packed values of variable length
//!
//! ## What it does
//! Looks for hashes of `abi.encodePacked` with two or more arguments of variable length.
//!
//! ## Why it is bad
//! Packed values stand side by side without their lengths: `("a", "bc")` and `("ab", "c")` have the same hash. A signature
//! or a proof for one counts for the other.
//!
//! ## Example
//! ```solidity
//! bytes32 id = keccak256(abi.encodePacked(name, suffix));
//! ```
//! `abi.encode` writes the lengths too:
//! ```solidity
//! bytes32 id = keccak256(abi.encode(name, suffix));
//! ```
//!
//! ## Known gaps
//! - A packed value that is stored and hashed elsewhere is not followed.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    ir::{Expr, ExprKind, StmtKind, TypeNameKind, VariableMutability},
    program::Ty,
};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "encode-packed-collision",
    title: "different values have the same packed hash",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-074",
    also: &["SCWE-011"],
    swc: Some("SWC-133"),
    source: include_str!("encode_packed_collision.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let hashed = hashed(view);
        for (expr, _) in view.exprs() {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            if !callee.is_member("abi", "encodePacked") || !hashed.iter().any(|place| place.contains_span(expr.span)) {
                continue;
            }
            let moving: Vec<&Expr> = args.iter().map(|arg| &arg.value).filter(|arg| is_dynamic(view, arg)).collect();
            let [first, second, ..] = moving.as_slice() else { continue };
            // A text between them keeps most values apart.
            let is_apart = args.iter().any(|arg| {
                let between = arg.value.span.start > first.span.end && arg.value.span.end < second.span.start;
                between && matches!(arg.value.peeled().kind, ExprKind::Text(_))
            });
            let name = |expr: &Expr| context.text(expr.span);
            let report = Report {
                severity: if is_apart { Severity::Low } else { Severity::Medium },
                message: format!("`{}` and `{}` are hashed without their lengths", name(first), name(second)),
                note: "other values, cut at another point, have the same hash".to_owned(),
                help: "use `abi.encode`, which writes the lengths too".to_owned(),
                fix: edits::rename(context, callee, "encodePacked", "encode")
                    .and_then(|edit| edits::fix("Use `abi.encode`", vec![edit])),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// Places whose value is hashed: arguments of a hash, and first values of variables that are one.
fn hashed(view: &View<'_>) -> Vec<Span> {
    let mut places = Vec::new();
    let mut names = Vec::new();
    for (expr, _) in view.exprs() {
        if let ExprKind::Call { callee, args, .. } = &expr.kind
            && matches!(callee.name(), Some("keccak256" | "sha256" | "sha3" | "ripemd160"))
        {
            places.extend(args.iter().map(|arg| arg.value.span));
            names.extend(args.iter().filter_map(|arg| arg.value.name()));
        }
    }
    for (stmt, _) in view.stmts() {
        if let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind
            && variables.iter().flatten().any(|variable| names.contains(&variable.name.as_str()))
        {
            places.push(init.span);
        }
    }
    places
}

fn is_dynamic(view: &View<'_>, expr: &Expr) -> bool {
    let expr = expr.peeled();
    match &expr.kind {
        ExprKind::Text(_) => false,
        ExprKind::Conditional(_, then, otherwise) => is_dynamic(view, then) || is_dynamic(view, otherwise),
        ExprKind::Name(name) => {
            let state = || view.scope().variable(name).map(|id| view.program().variable(id));
            let variable = view.scope().local(name).or_else(state);
            let is_fixed = |kind: &TypeNameKind| matches!(kind, TypeNameKind::Array(_, Some(_)));
            let is_constant = view.scope().local(name).is_none()
                && variable.is_some_and(|variable| variable.mutability == VariableMutability::Constant);
            !is_constant && !variable.is_some_and(|variable| is_fixed(&variable.ty.kind)) && moves(&view.ty(expr))
        }
        _ => moves(&view.ty(expr)),
    }
}

fn moves(ty: &Ty) -> bool {
    matches!(ty, Ty::Bytes | Ty::String | Ty::Array(_))
}
