//! # Gas of a bridged message
//!
//! ## What it does
//! Looks for `_lzSend` with adapter parameters of the caller that nothing checks.
//!
//! ## Why it is bad
//! With too little gas the message fails on the other chain. It is stored there, and on some versions blocks all later ones.
//!
//! ## Example
//! ```solidity
//! _lzSend(chain, payload, payable(msg.sender), address(0), adapterParams, msg.value);
//! ```
//! Ask for a minimum first:
//! ```solidity
//! _checkGasLimit(chain, PT_SEND, adapterParams, 0);
//! _lzSend(chain, payload, payable(msg.sender), address(0), adapterParams, msg.value);
//! ```
//!
//! ## Known gaps
//! - That the parameters are read elsewhere in the function is enough.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, has_word, mentions},
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "bridge-gas-limit",
    title: "the caller chooses the gas of the message on the other chain",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-094",
    also: &[],
    swc: None,
    source: include_str!("bridge_gas_limit.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some(("_lzSend" | "lzSend", args)) = called(expr) else { continue };
            let chosen = args
                .iter()
                .filter_map(|arg| arg.value.name())
                .find(|name| has_word(name, &["adapterparam", "options"]) && view.takes(name));
            let Some(chosen) = chosen else { continue };
            let elsewhere = |inner: &solwright_analysis::ir::Expr| {
                (inner.span.end <= expr.span.start || inner.span.start >= expr.span.end) && mentions(inner, chosen)
            };
            if view.exprs().iter().any(|(inner, _)| elsewhere(inner)) || !view.function.is_external() {
                continue;
            }
            let report = Report {
                message: format!("nothing asks how much gas `{chosen}` gives the message on the other chain"),
                note: "with too little gas the message fails there and may block those behind it".to_owned(),
                help: "require a minimum of gas for each chain, or take enforced options".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
