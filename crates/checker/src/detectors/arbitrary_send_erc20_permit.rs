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
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{CallKind, ExternalCall, FunctionFacts, GuardKind, Origin, Taint};

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
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        for call in facts.calls.iter().filter(|call| call.site.file == 0) {
            if !is_pull(facts, call) || !has_permit(facts, call) {
                continue;
            }
            let report = Report {
                message: format!(
                    "only a `permit` decides whose `{}` tokens the caller of `{}` takes",
                    call.target, facts.name
                ),
                note: "a token without `permit` but with a fallback function accepts any signature".to_owned(),
                help: "take from `msg.sender`, or accept only tokens that are known to have `permit`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, call.site, report));
        }
    }
}

/// Whether a call takes from an account that the caller chooses.
fn is_pull(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    let is_transfer = call.kind == CallKind::HighLevel
        && matches!(call.function.as_deref(), Some("transferFrom" | "safeTransferFrom"))
        && (call.returns_bool == Some(true) || call.returns_bool.is_none() && call.target_type.contains("ERC20"));
    let Some((taint, origin)) = call.args.first().filter(|_| is_transfer && call.args.len() == 3) else { return false };
    let is_chosen = taint.has(Taint::PARAM)
        && !taint.has(Taint::STORAGE | Taint::RETURNED | Taint::UNKNOWN | Taint::KEYED | Taint::OWN | Taint::HASH)
        && !matches!(origin, Origin::Sender | Origin::This | Origin::Signer | Origin::Fixed);
    is_chosen
        && !facts.is_authorised(&call.guards)
        && !facts.has_guard(&call.guards, GuardKind::Own)
        && !is_flash_loan(facts, call, origin)
}

/// Whether the account was called back before, as a borrower that pays back.
fn is_flash_loan(facts: &FunctionFacts, call: &ExternalCall, from: &Origin) -> bool {
    call.after.iter().map(|&at| &facts.calls[at]).any(|before| {
        before.target_origin == *from && before.function.as_deref().is_some_and(|name| name.starts_with("on"))
    })
}

fn has_permit(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    call.after.iter().map(|&at| &facts.calls[at]).any(|before| {
        before.function.as_deref() == Some("permit")
            && before.target == call.target
            && before.args.first().map(|arg| &arg.1) == call.args.first().map(|arg| &arg.1)
            && before.args.get(1).is_some_and(|spender| spender.1 == Origin::This)
    })
}
