//! # An initializer that anyone may call
//!
//! ## What it does
//! Looks for functions that set a contract up and choose who is in charge, without asking who calls: high when they may be
//! called again, low when only the first call counts and a stranger may be the first.
//!
//! ## Why it is bad
//! Whoever calls it owns the contract. Between the deployment and the first call anyone can be faster.
//!
//! ## Example
//! ```solidity
//! function initialize(address owner_) external {
//!     owner = owner_;
//! }
//! ```
//! Let it run once, and in the transaction that deploys, by passing its data to the proxy's constructor:
//! ```solidity
//! function initialize(address owner_) external initializer {
//!     require(msg.sender == DEPLOYER);
//!     owner = owner_;
//! }
//! ```
//!
//! ## Known gaps
//! - Whether the deployment calls it in the same transaction is not in the source; hence the low severity of the first call.

use super::{
    Detector,
    context::{Context, Report},
    roles,
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{EffectKind, FunctionFacts, GuardKind, Slot, Taint},
    ir::TypeNameKind,
    program::VariableId,
};
use std::collections::HashSet;

pub(super) const DETECTOR: Detector = Detector {
    id: "unprotected-initializer",
    title: "anyone can initialize the contract",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-098",
    also: &[],
    swc: None,
    source: include_str!("unprotected_initializer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let deciding = run.deciding(context);
        for facts in run.entries.iter().filter(|facts| facts.is_entry && roles::is_setup(facts)) {
            findings.extend(check_function(context, deciding, facts));
        }
    }
}

fn check_function(context: &Context<'_>, deciding: &HashSet<VariableId>, facts: &FunctionFacts) -> Option<Finding> {
    let (effect, slot) = facts.effects.iter().find_map(|effect| match &effect.kind {
        EffectKind::Write { slot, taint, .. }
            if taint.has(Taint::PARAM | Taint::SENDER) && is_in_charge(context, deciding, slot) =>
        {
            Some((effect, slot))
        }
        _ => None,
    })?;
    let asks = |at: &usize| {
        let guard = &facts.guards[*at];
        matches!(guard.kind, GuardKind::Caller | GuardKind::Signature | GuardKind::Own)
            || guard.text.contains("msg.sender")
    };
    if effect.guards.iter().any(asks) || facts.guards.iter().any(|guard| guard.text.contains("msg.sender")) {
        return None;
    }
    let place = roles::name_place(context, facts.function)?;
    let once = effect
        .guards
        .iter()
        .any(|&at| facts.guards[at].kind != GuardKind::Lock && !facts.guards[at].text.contains("!= address(0)"));
    let name = slot.name(context.program);
    let report = Report {
        severity: if once { Severity::Low } else { Severity::High },
        message: if once {
            format!("whoever is the first to call `{}` chooses `{name}`", facts.name)
        } else {
            format!("anyone can call `{}`, again and again, and choose `{name}`", facts.name)
        },
        note: "nothing on the way asks who calls".to_owned(),
        help: if once {
            "call it in the transaction that deploys, or ask for the deployer".to_owned()
        } else {
            "let it run once, and ask for the deployer".to_owned()
        },
        trace: vec![(effect.place, format!("`{name}` is set here"))],
        ..Report::of(&DETECTOR)
    };
    Some(context.finding(&DETECTOR, place, report))
}

/// Whether a variable says who is in charge: a check reads it, or it is an account that is named so.
fn is_in_charge(context: &Context<'_>, deciding: &HashSet<VariableId>, slot: &Slot) -> bool {
    let Some(id) = slot.variable else { return false };
    let variable = context.program.variable(id);
    let is_named = has_word(&variable.name, &["owner", "admin", "govern", "guardian", "operator", "authority"]);
    let mut ty = &variable.ty.kind;
    while let TypeNameKind::Mapping(_, value) = ty {
        ty = &value.kind;
    }
    deciding.contains(&id) || is_named && !matches!(ty, TypeNameKind::Bool)
}
