//! # A sign that sticks to the assignment
//!
//! ## What it does
//! Looks for `=-` and `=~`, which read like `-=` and are an assignment of a negated value.
//!
//! ## Why it is bad
//! Two letters swapped turn `x -= 1` into `x = -1`: the old value is lost and nothing reverts.
//!
//! ## Example
//! ```solidity
//! balance =- amount;
//! ```
//! Say which of both is meant:
//! ```solidity
//! balance -= amount;
//! ```
//!
//! ## Known gaps
//! - `=+` is refused by every compiler since 0.5 and not asked for.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::ExprKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "dangerous-unary-operator",
    title: "an assignment reads like `-=` and is none",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-066",
    also: &[],
    swc: Some("SWC-129"),
    source: include_str!("dangerous_unary_operator.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let text = context.program.text(0);
    for (expr, setting) in context.views.iter().flat_map(|view| view.exprs()) {
        let ExprKind::Assign { op: None, value, .. } = &expr.kind else { continue };
        let (before, after) = text.split_at_checked(value.span.start).unwrap_or_default();
        let sign = after.chars().next().filter(|sign| matches!(sign, '-' | '~'));
        let Some(sign) = sign.filter(|_| before.ends_with('=') && !setting.is_assembly) else { continue };
        let place = context.place(expr.span);
        let (what, help) = match sign {
            '-' => {
                ("a negated value, `=-` is not `-=`", "write `= -` when that is meant, and `-=` to lower the old value")
            }
            _ => (
                "an inverted value, `=~` is no operator",
                "write `= ~` when that is meant, and `^=` to flip bits of the old value",
            ),
        };
        let report = Report {
            message: format!("`{}` assigns {what}", context.program.snippet(place)),
            note: "the old value is replaced, not changed, and nothing reverts".to_owned(),
            help: help.to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}
