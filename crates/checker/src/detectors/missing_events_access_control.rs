//! # Someone else is in charge, and nobody is told
//!
//! ## What it does
//! Looks for functions that change an account that decides who is allowed, and emit nothing.
//!
//! ## Why it is bad
//! Wallets, monitors and users follow a contract by its events. A change of owner without one goes unseen.
//!
//! ## Example
//! ```solidity
//! function setOwner(address next) external onlyOwner {
//!     owner = next;
//! }
//! ```
//! Tell it:
//! ```solidity
//! function setOwner(address next) external onlyOwner {
//!     emit OwnershipTransferred(owner, next);
//!     owner = next;
//! }
//! ```
//!
//! ## Known gaps
//! - Any event counts, whatever it says.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{EffectKind, GuardKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-events-access-control",
    title: "a change of who is allowed emits no event",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scwe: "SCWE-063",
    also: &[],
    swc: None,
    source: include_str!("missing_events_access_control.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let deciding = run.deciding(context);
        for facts in run.entries.iter().filter(|facts| facts.is_entry && !deciding.is_empty()) {
            if facts.effects.iter().any(|effect| matches!(effect.kind, EffectKind::Emit(_))) {
                continue;
            }
            for (effect, slot) in facts.writes() {
                let Some(variable) = slot.variable.filter(|id| deciding.contains(id)) else { continue };
                let is_asked = facts.has_guard(&effect.guards, GuardKind::Caller);
                let Some(place) = context.in_main(&[effect.place]).filter(|_| is_asked) else { continue };
                let name = &context.program.variable(variable).name;
                let report = Report {
                    message: format!(
                        "`{}` changes `{name}`, which decides who is allowed, without an event",
                        facts.name
                    ),
                    note: "nobody who follows the contract by its events sees it".to_owned(),
                    help: "emit an event with the old and the new value".to_owned(),
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, place, report));
            }
        }
    }
}
