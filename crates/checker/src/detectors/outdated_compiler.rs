//! # Outdated compiler
//!
//! ## What it does
//! Looks for `pragma solidity` that asks for a compiler before 0.8.
//!
//! ## Why it is bad
//! Arithmetic wraps around without a word before 0.8, and bugs found since then are mended in newer compilers only.
//!
//! ## Example
//! ```solidity
//! pragma solidity 0.4.24;
//! ```
//! Use a recent compiler:
//! ```solidity
//! pragma solidity 0.8.28;
//! ```
//!
//! ## Known gaps
//! - Ranges that admit 0.8 as well, as libraries and interfaces state them, are left out.
//! - Bugs of single 0.8 versions are not looked up.

use super::pragma::{lowest, pragmas};
use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "outdated-compiler",
    title: "the compiler is outdated",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-061",
    also: &["SCWE-009"],
    swc: Some("SWC-102"),
    source: include_str!("outdated_compiler.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (place, wanted) in pragmas(context) {
        if admits_0_8(&wanted) {
            continue;
        }
        let report = Report {
            message: format!("`{wanted}` asks for a compiler before 0.8"),
            note: "arithmetic is unchecked there, and known compiler bugs are not mended".to_owned(),
            help: "move to a recent 0.8 compiler".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// Whether one of the alternatives admits a compiler of 0.8 or later.
fn admits_0_8(wanted: &str) -> bool {
    wanted.split("||").any(|range| {
        let bounded = ["<0.8.0", "<0.7", "<0.6", "<0.5", "<=0.7", "<=0.6", "<=0.5", "<=0.4"];
        let range: String = range.split_whitespace().collect();
        let open = range.starts_with('>') && !bounded.iter().any(|bound| range.contains(bound));
        open || lowest(&range).is_none_or(|(minor, _)| minor >= 8)
    })
}

#[cfg(test)]
mod tests {
    use super::admits_0_8;

    #[test]
    fn ranges_that_reach_0_8_are_no_old_compilers() {
        assert!(admits_0_8(">=0.6.2 <0.9.0") && admits_0_8("^0.7.0 || ^0.8.0") && admits_0_8("0.8.4"));
        assert!(!admits_0_8("^0.4.24") && !admits_0_8(">=0.5.0 <0.8.0") && !admits_0_8("0.7.6"));
    }
}
