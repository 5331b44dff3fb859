//! # Floating pragma
//!
//! ## What it does
//! Looks for contracts whose `pragma solidity` admits several compilers, among them some before 0.8.20.
//!
//! ## Why it is bad
//! The contract may be deployed with another compiler than it was tested with, one whose known bugs nobody looked up.
//!
//! ## Example
//! ```solidity
//! pragma solidity ^0.8.0;
//! ```
//! Name the version that the tests run with:
//! ```solidity
//! pragma solidity 0.8.28;
//! ```
//!
//! ## Known gaps
//! - Files with libraries, interfaces and abstract contracts alone may be meant for many compilers and are left out.
//! - Ranges that begin at 0.8.20 or later are left out: most projects pin the compiler in their settings.

use super::pragma::{has_floor, lowest, pragmas};
use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::ContractKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "floating-pragma",
    title: "the compiler version is left open",
    severity: Severity::Info,
    confidence: Confidence::High,
    scwe: "SCWE-060",
    also: &[],
    swc: Some("SWC-103"),
    source: include_str!("floating_pragma.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_concrete = |id| context.program.contract(id).kind == ContractKind::Contract;
    if !context.program.main_contracts().any(is_concrete) {
        return;
    }
    for (place, wanted) in pragmas(context) {
        if !floats(&wanted) || has_floor(&wanted) && lowest(&wanted).is_some_and(|version| version >= (8, 20)) {
            continue;
        }
        let report = Report {
            message: format!("`{wanted}` admits more than one compiler"),
            note: "what is deployed may be compiled by another version than what was tested".to_owned(),
            help: "name one version, the one that the tests run with".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

fn floats(wanted: &str) -> bool {
    let bare = wanted.trim_start_matches('=').trim();
    bare.contains(['^', '~', '<', '>', '*', 'x', 'X', '|', '-']) || bare.matches('.').count() < 2
}

#[cfg(test)]
mod tests {
    use super::floats;

    #[test]
    fn one_version_does_not_float() {
        assert!(!floats("0.8.4") && !floats("=0.8.4"));
        assert!(floats("^0.8.4") && floats(">=0.7.0 <0.9.0") && floats("0.8") && floats("0.8.x"));
    }
}
