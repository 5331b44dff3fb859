//! # `delegatecall` in a loop
//!
//! ## What it does
//! Looks for `delegatecall` in a loop of a function that takes Ether, and for one to the contract itself in any function.
//!
//! ## Why it is bad
//! `msg.value` and `msg.sender` stay the same in every delegated call. A payment made once is counted by every one of them.
//!
//! ## Example
//! ```solidity
//! function multicall(bytes[] calldata data) external payable {
//!     for (uint256 i = 0; i < data.length; i++) address(this).delegatecall(data[i]);
//! }
//! ```
//! Take no Ether, and none of the functions can count it twice:
//! ```solidity
//! function multicall(bytes[] calldata data) external {
//!     require(data.length <= MAX_CALLS);
//!     for (uint256 i = 0; i < data.length; i++) dispatch(msg.sender, data[i]);
//! }
//! ```
//!
//! ## Known gaps
//! - Whether any of the functions that can be reached looks at `msg.value` is not asked.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, Origin},
    ir::Mutability,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "delegatecall-loop",
    title: "a `delegatecall` in a loop sees the same Ether again and again",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-128",
    also: &["SCWE-035"],
    swc: None,
    source: include_str!("delegatecall_loop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.all() {
        let is_payable = facts.mutability == Mutability::Payable && facts.is_entry;
        let refuses = facts.failures.iter().any(|failure| {
            failure.condition.as_deref().is_some_and(|text| text.replace(' ', "").contains("msg.value==0"))
        });
        for call in facts.calls.iter().filter(|call| call.in_loop && call.kind == CallKind::DelegateCall) {
            let to_itself = call.target_origin == Origin::This;
            if !is_payable && !to_itself || refuses {
                continue;
            }
            let Some(place) = context.in_main(&[call.place, call.site]) else { continue };
            let report = Report {
                severity: if is_payable { Severity::High } else { Severity::Low },
                message: format!("`delegatecall` to `{}` in a loop keeps `msg.value` and `msg.sender`", call.target),
                note: if is_payable {
                    "Ether that was sent once is seen, and counted, by every round".to_owned()
                } else {
                    "a function that comes to take Ether, or is called by a payable one, counts it in every round"
                        .to_owned()
                },
                help: "do not take Ether here, or call internal functions with the amount of each round".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}
