//! # Controlled `delegatecall`
//!
//! ## What it does
//! Looks for `delegatecall` to an address that anyone can choose: a parameter, or a variable that anyone can set.
//!
//! ## Why it is bad
//! The called code runs with this contract's storage and Ether. Whoever chooses it owns the contract.
//!
//! ## Example
//! ```solidity
//! function forward(address target, bytes calldata data) external {
//!     (bool ok, ) = target.delegatecall(data);
//!     require(ok);
//! }
//! ```
//! Keep the choice to the owner, or to a list:
//! ```solidity
//! function forward(address target, bytes calldata data) external onlyOwner {
//!     require(trusted[target]);
//!     (bool ok, ) = target.delegatecall(data);
//!     require(ok);
//! }
//! ```
//!
//! ## Known gaps
//! - A target that the owner chose is trusted.
//! - Library functions that forward their parameter are judged where a contract calls them.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
    edits,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, EffectKind, ExternalCall, FunctionFacts, Origin, Taint},
    program::{Place, VariableId},
};
use std::collections::HashMap;

pub(super) const DETECTOR: Detector = Detector {
    id: "controlled-delegatecall",
    title: "anyone can choose the code that `delegatecall` runs",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-035",
    also: &[],
    swc: Some("SWC-112"),
    source: include_str!("controlled_delegatecall.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let open = open_variables(run);
        for facts in run.entries.iter().filter(|facts| facts.is_entry) {
            for call in facts.calls.iter().filter(|call| call.kind == CallKind::DelegateCall) {
                findings.extend(check_call(context, &open, facts, call));
            }
        }
    }
}

/// State variables that anyone can set to what they like, with the place where.
fn open_variables(run: &ContractRun) -> HashMap<VariableId, Place> {
    let mut open = HashMap::new();
    for facts in run.entries.iter().filter(|facts| facts.is_entry) {
        for effect in &facts.effects {
            if let EffectKind::Write { slot, taint, .. } = &effect.kind
                && let Some(variable) = slot.variable
                && taint.has(Taint::PARAM | Taint::SENDER)
                && !facts.is_authorised(&effect.guards)
            {
                open.entry(variable).or_insert(effect.place);
            }
        }
    }
    open
}

fn check_call(
    context: &Context<'_>,
    open: &HashMap<VariableId, Place>,
    facts: &FunctionFacts,
    call: &ExternalCall,
) -> Option<Finding> {
    if facts.is_authorised(&call.guards) || call.target_checked {
        return None;
    }
    let set_at = match call.target_origin {
        Origin::This | Origin::Fixed | Origin::Created => return None,
        Origin::Storage(variable) => Some(*open.get(&variable)?),
        _ if call.target_taint.has(Taint::STORAGE | Taint::RETURNED) => return None,
        _ if call.target_taint.has(Taint::PARAM | Taint::SENDER) => None,
        _ => return None,
    };
    let place = context.in_main(&[call.place, call.site])?;
    let mut trace: Vec<(Place, String)> =
        set_at.into_iter().map(|at| (at, "anyone can set it here".to_owned())).collect();
    trace.push((call.place, format!("`{}` runs here with this contract's storage", call.target)));
    let report = Report {
        severity: Severity::High,
        confidence: if set_at.is_some() { Confidence::Medium } else { Confidence::High },
        message: format!("anyone can choose the code that `delegatecall` to `{}` runs", call.target),
        note: "that code can change every variable of this contract and take its Ether".to_owned(),
        help: "let only an owner or a role choose the target, or keep a list of trusted ones".to_owned(),
        trace,
        fix: edits::only_owner(context, facts.function),
        ..Report::of(&DETECTOR)
    };
    Some(context.finding(&DETECTOR, place, report))
}
