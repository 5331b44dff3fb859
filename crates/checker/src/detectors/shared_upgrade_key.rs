//! # One key for upgrades and for the rest
//!
//! ## What it does
//! Names contracts in which the check that lets someone replace the code is the same that lets them do daily work.
//!
//! ## Why it is bad
//! A key that is used every day is lost sooner, and this one replaces the code.
//!
//! ## Example
//! ```solidity
//! function upgrade(address next) external onlyAdmin { implementation = next; }
//! function setFee(uint256 next) external onlyAdmin { fee = next; }
//! ```
//! Part the two:
//! ```solidity
//! function upgrade(address next) external onlyProxyAdmin { implementation = next; }
//! function setFee(uint256 next) external onlyOperator { fee = next; }
//! ```
//!
//! ## Known gaps
//! - Two variables that hold the same account are not seen to.

use super::{
    Detector,
    context::{Context, Report},
    roles,
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{FunctionFacts, GuardKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "shared-upgrade-key",
    title: "one key upgrades and does the daily work",
    severity: Severity::Info,
    confidence: Confidence::Low,
    scwe: "SCWE-119",
    also: &[],
    swc: None,
    source: include_str!("shared_upgrade_key.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        let entries = || run.entries.iter().filter(|facts| facts.is_entry);
        for upgrade in entries().filter(|facts| upgrades(facts)) {
            let Some(key) = key(upgrade) else { continue };
            let is_other =
                |facts: &&FunctionFacts| !upgrades(facts) && !hands_over(facts) && self::key(facts) == Some(key);
            let Some(other) = entries().find(is_other) else { continue };
            let Some(place) = roles::name_place(context, upgrade.function) else { continue };
            let report = Report {
                message: format!("the key that allows `{}` also allows `{}`", upgrade.name, other.name),
                note: "a key in daily use is lost sooner, and this one replaces the code".to_owned(),
                help: "keep upgrades to an account of their own, behind a timelock".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn upgrades(facts: &FunctionFacts) -> bool {
    let name = facts.name.to_ascii_lowercase();
    name.starts_with("upgrade") || name.starts_with("setimplementation")
}

/// Whether a function only passes the key on.
fn hands_over(facts: &FunctionFacts) -> bool {
    has_word(&facts.name, &["owner", "admin", "govern"])
}

fn key(facts: &FunctionFacts) -> Option<&str> {
    facts.access.iter().find(|guard| guard.kind == GuardKind::Caller).map(|guard| guard.text.as_str())
}
