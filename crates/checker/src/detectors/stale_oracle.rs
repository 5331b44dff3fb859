//! # Unvalidated oracle answer
//!
//! ## What it does
//! Looks for `latestRoundData` whose `updatedAt` nothing reads, and for `latestAnswer`.
//!
//! ## Why it is bad
//! When a feed stops, the last answer stays. Whoever knows the true price borrows or buys at the old one.
//!
//! ## Example
//! ```solidity
//! (, int256 answer,,,) = feed.latestRoundData();
//! ```
//! Ask for the age and the sign:
//! ```solidity
//! (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
//! require(answer > 0 && block.timestamp - updatedAt < 1 hours);
//! ```
//!
//! ## Known gaps
//! - That the time is read is enough; what it is compared with is not judged.
//! - Wrappers around a feed are not followed.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, mentions},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{ExprKind, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "stale-oracle",
    title: "the answer of a price feed is used without asking how old it is",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-086",
    also: &[],
    swc: None,
    source: include_str!("stale_oracle.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let what = if matches!(called(expr), Some(("latestAnswer", []))) {
                "`latestAnswer` does not say how old its answer is"
            } else if matches!(called(expr), Some(("latestRoundData", _))) && !reads_time(view, expr.span) {
                "the answer of `latestRoundData` is used without asking how old it is"
            } else {
                continue;
            };
            let report = Report {
                message: what.to_owned(),
                note: "when the feed stops, its last answer stays".to_owned(),
                help: "require that `updatedAt` is recent and that the answer is positive".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// Whether the fourth value of the tuple that a call gives has a name that is read, or the tuple is handed on.
fn reads_time(view: &View<'_>, place: solwright_syntax::Span) -> bool {
    let holder = view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Declare { variables, init: Some(init) } if init.peeled().span == place => {
            Some(variables.get(3).and_then(Option::as_ref).map(|variable| variable.name.clone()))
        }
        StmtKind::Expr(expr) => match &expr.kind {
            ExprKind::Assign { target, value, .. } if value.peeled().span == place => match &target.kind {
                ExprKind::Tuple(targets) => {
                    Some(targets.get(3)?.as_ref().map(|target| target.name().unwrap_or("").to_owned()))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    match holder {
        None => true,
        Some(None) => false,
        Some(Some(name)) => {
            view.stmts().iter().flat_map(|(stmt, _)| stmt.exprs()).any(|expr| match &expr.kind {
                ExprKind::Assign { value, .. } => mentions(value, &name),
                _ => mentions(expr, &name),
            }) || view.function.returns.iter().any(|result| result.name == name)
        }
    }
}
