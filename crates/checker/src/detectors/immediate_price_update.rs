//! # Immediate price update
//!
//! ## What it does
//! Looks for functions by which a chosen caller sets a price, with no bound and no delay.
//!
//! ## Why it is bad
//! A stolen key, or a typing error, is the price in the same block. Nobody has the time to leave.
//!
//! ## Example
//! ```solidity
//! function setPrice(uint256 p) external onlyOwner {
//!     price = p;
//! }
//! ```
//! Announce it first:
//! ```solidity
//! function queuePrice(uint256 p) external onlyOwner {
//!     queued = Price(p, block.timestamp + DELAY);
//! }
//! ```
//!
//! ## Known gaps
//! - A comparison of the parameter, and any look at the time, counts as a bound or a delay.

use super::{
    Detector,
    context::{Context, Report},
    open_price_update::price_set,
    shape::{asks_caller, is_in_comparison, is_open_door, speaks_of},
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "immediate-price-update",
    title: "a key changes the price at once",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-130",
    also: &[],
    swc: None,
    source: include_str!("immediate_price_update.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function) && asks_caller(view)) {
        let Some((expr, name)) = price_set(view) else { continue };
        let is_bounded = view.function.params.iter().any(|param| is_in_comparison(view, &param.name));
        let is_gated = view.function.modifiers.iter().any(|modifier| !modifier.path.is_empty());
        if is_gated && !is_bounded && !speaks_of(view, &["delay", "eta", "timelock", "timestamp"]) {
            let report = Report {
                message: format!("`{}` changes `{name}` at once, with no bound and no delay", view.function.name),
                note: "a stolen key is the price in the same block, and nobody has the time to leave".to_owned(),
                help: "queue the next price with a delay, or bound how far it may move".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
