//! # Signature replay
//!
//! ## What it does
//! Looks for functions that act on a recovered signer and leave no mark: no nonce is used up, no hash is remembered.
//!
//! ## Why it is bad
//! A signature is public once it was used. Without a mark anyone sends it again, and the transfer it allowed happens again.
//!
//! ## Example
//! ```solidity
//! address signer = ecrecover(hash, v, r, s);
//! require(signer == owner);
//! payable(to).transfer(amount);
//! ```
//! Use up a nonce that is part of the hash:
//! ```solidity
//! bytes32 hash = keccak256(abi.encode(to, amount, nonces[owner]++, block.chainid, address(this)));
//! ```
//!
//! ## Known gaps
//! - Any write to an element of a mapping, or to a variable named for a nonce, counts as the mark.
//! - What the hash is made of is not followed.
//! - Signatures in libraries that are not at hand are known by `recover`, `tryRecover` or `recoverSigner`.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, recovers_signer},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{EffectKind, FunctionFacts, GuardKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "signature-replay",
    title: "a signature can be used again",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-055",
    also: &["SCWE-105"],
    swc: Some("SWC-121"),
    source: include_str!("signature_replay.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for facts in run.entries.iter().filter(|facts| facts.is_entry) {
            let Some(view) = context.view(facts.function) else { continue };
            let Some((expr, _)) = view.exprs().iter().find(|(expr, _)| recovers_signer(expr)) else { continue };
            if !acts(facts) || leaves_mark(context, facts) {
                continue;
            }
            let report = Report {
                message: format!("the signature that `{}` takes can be used again", facts.name),
                note: "nothing in the state changes that would make the same signature fail".to_owned(),
                help: "make a nonce of the signer part of the hash and use it up, with `block.chainid` and `address(this)`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}

/// Whether something happens that is worth repeating.
fn acts(facts: &FunctionFacts) -> bool {
    facts.calls.iter().any(|call| !call.is_view)
        || facts.writes().next().is_some()
        || facts.effects.is_empty() && facts.failures.iter().any(|f| f.condition.is_some())
}

fn leaves_mark(context: &Context<'_>, facts: &FunctionFacts) -> bool {
    let is_mark =
        |name: &str| has_word(name, &["nonce", "used", "seen", "done", "executed", "processed", "claimed", "consumed"]);
    facts.guards.iter().any(|guard| guard.kind == GuardKind::Once)
        || facts.effects.iter().any(|effect| match &effect.kind {
            EffectKind::Write { slot, .. } => slot.is_element || is_mark(&slot.name(context.program)),
            _ => false,
        })
}
