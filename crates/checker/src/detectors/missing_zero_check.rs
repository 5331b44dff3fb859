//! # An address that may be zero
//!
//! ## What it does
//! Looks for constructors and functions that keep an address they are given without a condition on it.
//!
//! ## Why it is bad
//! A deployment script that leaves an argument out passes zero. An owner, token or receiver that is zero locks the
//! contract or burns what is sent, and an immutable one stays so.
//!
//! ## Example
//! ```solidity
//! constructor(address owner_) {
//!     owner = owner_;
//! }
//! ```
//! Ask first:
//! ```solidity
//! constructor(address owner_) {
//!     require(owner_ != address(0), "zero owner");
//!     owner = owner_;
//! }
//! ```
//!
//! ## Known gaps
//! - Any condition on the parameter counts, not only one with zero.
//! - Elements of mappings and fields of structs are not asked for.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    shape::without_casts,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::FunctionFacts,
    ir::{Expr, ExprKind, FunctionKind, StmtKind, TypeNameKind},
    program::FunctionId,
};
use std::collections::{HashMap, HashSet};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-zero-check",
    title: "an address is kept without asking whether it is zero",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-143",
    also: &["SCWE-145"],
    swc: None,
    source: include_str!("missing_zero_check.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let by_id: HashMap<FunctionId, &FunctionFacts> = context.all().map(|facts| (facts.function, facts)).collect();
    for view in &context.views {
        let takes_part = view.function.kind == FunctionKind::Constructor || view.function.is_external();
        let Some(facts) = by_id.get(&view.id).filter(|facts| takes_part && !facts.truncated) else { continue };
        let mut aliases: HashMap<&str, usize> = open_params(view, facts);
        if aliases.is_empty() {
            continue;
        }
        let mut told = HashSet::new();
        for (stmt, _) in view.stmts() {
            if let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind
                && let [Some(local)] = variables.as_slice()
                && let Some(&at) = without_casts(init).name().and_then(|name| aliases.get(name))
            {
                aliases.insert(&local.name, at);
            }
            for expr in stmt.exprs() {
                if let Some((used, at)) = use_of(view, &mut aliases, expr)
                    && told.insert(at)
                {
                    findings.push(finding(context, view, at, &used));
                }
            }
        }
    }
}

/// Parameters that are addresses and that nothing asks for, by name.
fn open_params<'a>(view: &View<'a>, facts: &FunctionFacts) -> HashMap<&'a str, usize> {
    let params = view.function.params.iter().enumerate().zip(&facts.params);
    let open = params.filter(|((_, param), facts)| {
        matches!(param.ty.kind, TypeNameKind::Address { .. }) && !facts.is_checked && !param.name.is_empty()
    });
    open.map(|((at, param), _)| (param.name.as_str(), at)).collect()
}

/// What an expression keeps the parameter in, or how it pays it.
fn use_of<'a>(view: &View<'_>, aliases: &mut HashMap<&'a str, usize>, expr: &'a Expr) -> Option<(String, usize)> {
    match &expr.kind {
        ExprKind::Assign { target, op: None, value } => {
            let target = target.name()?;
            let at = *aliases.get(without_casts(value).name()?)?;
            if view.scope().variable(target).is_some() {
                return Some((format!("`{target}` takes"), at));
            }
            aliases.insert(target, at);
            None
        }
        ExprKind::Call { callee, options, args } => {
            let ExprKind::Member(to, name) = &callee.peeled().kind else { return None };
            let pays = matches!((name.as_str(), args.len()), ("transfer" | "send", 1))
                || name == "call" && options.iter().any(|(option, _)| option == "value");
            let at = *aliases.get(without_casts(to).name().filter(|_| pays)?)?;
            Some((format!("`{name}` pays"), at))
        }
        _ => None,
    }
}

fn finding(context: &Context<'_>, view: &View<'_>, at: usize, used: &str) -> Finding {
    let param = &view.function.params[at];
    let is_built = view.function.kind == FunctionKind::Constructor;
    let note = if is_built {
        "an argument that the deployment leaves out is zero, and nothing may change it later"
    } else {
        "one call with an empty argument is enough to lose it"
    };
    let check = format!("require({0} != address(0), \"`{0}` is zero\");", param.name);
    let check = edits::at_top(context, view.function, &check);
    let report = Report {
        // A deployment is looked at and can be done again.
        severity: if is_built { Severity::Info } else { Severity::Low },
        message: format!("{used} `{}` without asking whether it is zero", param.name),
        note: note.to_owned(),
        help: format!("add `require({} != address(0))`, or an error of its own", param.name),
        fix: check.and_then(|edit| edits::fix(format!("Require that `{}` is not zero", param.name), vec![edit])),
        ..Report::of(&DETECTOR)
    };
    context.finding(&DETECTOR, context.place(param.span), report)
}
