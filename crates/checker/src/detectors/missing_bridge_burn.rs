//! # Withdrawal without a burn
//!
//! ## What it does
//! Looks for functions that let the owner of an NFT withdraw it to another chain, and neither burn, move nor forget it.
//!
//! ## Why it is bad
//! The token then lives on both chains, and can be sold on both.
//!
//! ## Example
//! ```solidity
//! function withdrawNFT(uint256 id) external {
//!     require(ownerOf[id] == msg.sender);
//!     _send(id);
//! }
//! ```
//! Burn it, or lock it, first:
//! ```solidity
//! function withdrawNFT(uint256 id) external {
//!     require(ownerOf[id] == msg.sender);
//!     _burn(id);
//!     _send(id);
//! }
//! ```
//!
//! ## Known gaps
//! - The names `withdraw`, `bridge` and `exit` decide.
//! - Any burn, transfer, lock or deletion, and any write to state, counts.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, has_word, is_open_door},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{ExprKind, UnaryOp};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-bridge-burn",
    title: "a withdrawal leaves the token where it was",
    severity: Severity::High,
    confidence: Confidence::Low,
    scwe: "SCWE-096",
    also: &[],
    swc: None,
    source: include_str!("missing_bridge_burn.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function)) {
        let function = view.function;
        let is_token = has_word(&function.name, &["nft"])
            || function.params.iter().any(|param| has_word(&param.name, &["tokenid"]));
        if !is_token || !has_word(&function.name, &["withdraw", "bridge", "exit"]) {
            continue;
        }
        let asks_owner = view.exprs().iter().any(|(expr, _)| matches!(&expr.kind, ExprKind::Name(name) | ExprKind::Member(_, name) if has_word(name, &["ownerof", "owner"])));
        let gives_up = view.exprs().iter().any(|(expr, _)| match &expr.kind {
            ExprKind::Assign { .. } | ExprKind::Unary(UnaryOp::Delete, _) => true,
            _ => called(expr)
                .is_some_and(|(name, _)| has_word(name, &["burn", "transfer", "lock", "escrow", "withdraw", "debit"])),
        });
        if asks_owner && !gives_up {
            let report = Report {
                message: format!("`{}` lets a token go to another chain and leaves it here as well", function.name),
                note: "the same token is owned on both chains and can be withdrawn again".to_owned(),
                help: "burn or lock the token before the message is sent".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(function.name_span), report));
        }
    }
}
