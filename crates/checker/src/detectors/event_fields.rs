//! # Event without indexed address
//!
//! ## What it does
//! Looks for events that have an address among their fields and index none.
//!
//! ## Why it is bad
//! Whoever watches the contract cannot ask for the events of one account, and has to read all of them. Monitors that
//! filter by account stay silent.
//!
//! ## Example
//! ```solidity
//! event Withdrawn(address user, uint256 amount);
//! ```
//! Index the account:
//! ```solidity
//! event Withdrawn(address indexed user, uint256 amount);
//! ```
//!
//! ## Known gaps
//! - Events that index something else were thought about, and are left out.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Event, TypeNameKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "event-fields",
    title: "an event indexes no address",
    severity: Severity::Info,
    confidence: Confidence::High,
    scwe: "SCWE-063",
    also: &[],
    swc: None,
    source: include_str!("event_fields.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let file = context.program.file(0);
    for event in file.events.iter().chain(file.contracts.iter().flat_map(|contract| &contract.events)) {
        let Some(field) = unindexed(event) else { continue };
        let name = if field.is_empty() { "the address".to_owned() } else { format!("`{field}`") };
        let report = Report {
            message: format!("`{}` does not index {name}", event.name),
            note: "watchers cannot filter its events by account".to_owned(),
            help: format!("make {name} `indexed`"),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(event.span), report));
    }
}

fn unindexed(event: &Event) -> Option<&str> {
    let mut accounts = event.params.iter().filter(|field| matches!(field.ty.kind, TypeNameKind::Address { .. }));
    accounts.next().filter(|_| !event.indexed.contains(&true)).map(|field| field.name.as_str())
}
