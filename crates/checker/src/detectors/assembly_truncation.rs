//! # Dirty bits from assembly
//!
//! ## What it does
//! Looks for assembly that assigns a variable to one of a narrower type as it is.
//!
//! ## Why it is bad
//! Assembly does not know types: the high bits stay. The value passes as one of the narrow type until something reads the
//! whole word, or cuts them off without a word.
//!
//! ## Example
//! ```solidity
//! uint8 small;
//! assembly { small := value }
//! ```
//! Convert outside of assembly, after a check:
//! ```solidity
//! require(value <= type(uint8).max);
//! uint8 small = uint8(value);
//! ```
//!
//! ## Known gaps
//! - Values that are worked out or loaded in assembly are not looked at.

use super::view::View;
use super::{
    Detector,
    context::{Context, Report},
    shape::is_in_comparison,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{ir::ExprKind, program::Ty};

pub(super) const DETECTOR: Detector = Detector {
    id: "assembly-truncation",
    title: "assembly puts a wide value into a narrow variable",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-039",
    also: &["SCWE-041"],
    swc: None,
    source: include_str!("assembly_truncation.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, setting) in view.exprs() {
            let ExprKind::Assign { target, value, .. } = &expr.kind else { continue };
            let (Some(target), Some(name)) = (target.name(), value.name()) else { continue };
            if !setting.is_assembly || !is_wider(view, name, target) || is_in_comparison(view, name) {
                continue;
            }
            let report = Report {
                message: format!("`{target}` takes all bits of `{name}`, whose type is wider"),
                note: "assembly neither checks nor cuts the value".to_owned(),
                help: "convert outside of assembly, after a check that the value fits".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

fn is_wider(view: &View<'_>, value: &str, target: &str) -> bool {
    let bits = |name: &str| match view.scope().local(name).map(|local| view.scope().named(&local.ty)) {
        Some(Ty::Uint(bits) | Ty::Int(bits)) => Some(bits),
        Some(Ty::FixedBytes(bytes)) => Some(u16::from(bytes) * 8),
        _ => None,
    };
    bits(value).zip(bits(target)).is_some_and(|(value, target)| value > target)
}
