//! # Short TWAP
//!
//! ## What it does
//! Looks for `observe` and `consult` with one observation, or a window under ten minutes.
//!
//! ## Why it is bad
//! An average over a few blocks is as easy to move as the price itself.
//!
//! ## Example
//! ```solidity
//! uint32[] memory ago = new uint32[](1);
//! (int56[] memory ticks,) = pool.observe(ago);
//! ```
//! Take two observations, half an hour apart:
//! ```solidity
//! uint32[] memory ago = new uint32[](2);
//! ago[0] = 30 minutes;
//! (int56[] memory ticks,) = pool.observe(ago);
//! ```
//!
//! ## Known gaps
//! - A window that is set at run time is not judged.

use super::{
    Detector,
    context::{Context, Report},
    shape::called,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "short-twap",
    title: "an average over no time",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-113",
    also: &[],
    swc: None,
    source: include_str!("short_twap.rs"),
    check,
};

/// Seconds below which a window averages nothing.
const MIN_WINDOW: u128 = 600;

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let why = match called(expr) {
                Some(("observe", [ago])) => ago.value.name().and_then(|name| weakness(view, name)),
                Some(("consult", [.., last])) => {
                    is_short(view, &last.value).then_some("the window is under ten minutes")
                }
                _ => None,
            };
            let Some(why) = why else { continue };
            let report = Report {
                message: format!("the average is over too little time: {why}"),
                note: "moving the price for a few blocks moves the average".to_owned(),
                help: "take two observations at least half an hour apart".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// What is wrong with the list of moments that an observation is made of.
fn weakness(view: &View<'_>, list: &str) -> Option<&'static str> {
    let one = view.stmts().iter().any(|(stmt, _)| match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } => {
            let is_list = variables.first().is_some_and(|first| first.as_ref().is_some_and(|first| first.name == list));
            let is_single = matches!(&init.peeled().kind, ExprKind::Call { args, .. } if matches!(args.as_slice(), [one] if value(view, &one.value) == Some(1)));
            is_list && is_single
        }
        _ => false,
    });
    if one {
        return Some("there is one observation");
    }
    let mut moments = view
        .exprs()
        .iter()
        .filter_map(|(expr, _)| match &expr.kind {
            ExprKind::Assign { target, value: moment, .. } => match &target.kind {
                ExprKind::Index(base, Some(_)) if base.name() == Some(list) => Some(moment),
                _ => None,
            },
            _ => None,
        })
        .peekable();
    moments.peek()?;
    moments.all(|moment| is_short(view, moment)).then_some("the window is under ten minutes")
}

fn is_short(view: &View<'_>, window: &Expr) -> bool {
    value(view, window).is_some_and(|seconds| seconds < MIN_WINDOW)
}

/// The value of a number or of a state variable that begins with one and is a constant.
fn value(view: &View<'_>, expr: &Expr) -> Option<u128> {
    match &expr.peeled().kind {
        ExprKind::Number(number) => *number,
        ExprKind::Name(name) => {
            let variable = view.constant(name)?;
            match variable.init.as_ref()?.peeled().kind {
                ExprKind::Number(number) => number,
                _ => None,
            }
        }
        _ => None,
    }
}
