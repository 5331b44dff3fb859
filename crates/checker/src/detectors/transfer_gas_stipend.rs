//! # Transfer with a fixed stipend of gas
//!
//! ## What it does
//! Looks for `transfer` and `send` of Ether.
//!
//! ## Why it is bad
//! They forward 2,300 gas and no more. A receiver that is a contract, a wallet behind a proxy for one, may need more, above
//! all when prices of instructions change. The Ether then cannot be paid out.
//!
//! ## Example
//! ```solidity
//! recipient.transfer(amount);
//! ```
//! Call, and look at the result; put what is booked before it:
//! ```solidity
//! (bool ok, ) = recipient.call{value: amount}("");
//! require(ok, "payment failed");
//! ```
//!
//! ## Known gaps
//! - Receivers that are known to take Ether are not told apart.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::CallKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "transfer-gas-stipend",
    title: "Ether is sent with 2,300 gas",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-079",
    also: &["SCWE-059", "SCWE-078"],
    swc: Some("SWC-134"),
    source: include_str!("transfer_gas_stipend.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in context.all().flat_map(|facts| &facts.calls) {
        let name = match call.kind {
            CallKind::Transfer => "transfer",
            CallKind::Send => "send",
            _ => continue,
        };
        if call.place.file != 0 {
            continue;
        }
        let report = Report {
            message: format!("`{name}` to `{}` forwards 2,300 gas and no more", call.target),
            note: "a receiver that is a contract may need more, and can then never be paid".to_owned(),
            help: "use `call{value: …}(\"\")` after all state is written, and look at its result".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, call.place, report));
    }
}
