//! # Arbitrary send of tokens after `permit`
//!
//! ## What it does
//! Looks for `transferFrom` whose `from` the caller chooses, where only a `permit` of the same token stands before it.
//!
//! ## Why it is bad
//! Some tokens have no `permit` but a fallback function, wrapped Ether for one. The call succeeds and proves nothing, and
//! whoever approved the contract before is robbed.
//!
//! ## Example
//! ```solidity
//! token.permit(from, address(this), amount, deadline, v, r, s);
//! token.transferFrom(from, to, amount);
//! ```
//! Take from the caller:
//! ```solidity
//! token.permit(msg.sender, address(this), amount, deadline, v, r, s);
//! token.transferFrom(msg.sender, to, amount);
//! ```
//!
//! ## Known gaps
//! - Tokens that are known to have a `permit` are not told apart.

use super::{
    Detector,
    context::{Context, Report},
    token_pull,
};
use crate::finding::{Confidence, Finding, Severity};

pub(super) const DETECTOR: Detector = Detector {
    id: "arbitrary-send-erc20-permit",
    title: "tokens are taken from an account on the word of `permit`",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-016",
    also: &[],
    swc: None,
    source: include_str!("arbitrary_send_erc20_permit.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    token_pull::pulls(context, true, &mut |facts, call| {
        let report = Report {
            message: format!(
                "only a `permit` decides whose `{}` tokens the caller of `{}` takes",
                call.target, facts.name
            ),
            note: "a token without `permit` but with a fallback function accepts any signature".to_owned(),
            help: "take from `msg.sender`, or accept only tokens that are known to have `permit`".to_owned(),
            ..Report::of(&DETECTOR)
        };
        token_pull::push(context, &DETECTOR, call, report, findings);
    });
}
