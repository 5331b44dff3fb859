//! # Arbitrary `from` in a token transfer
//!
//! ## What it does
//! Looks for `transferFrom` with a `from` that the caller chose and that nothing ties to the caller.
//!
//! ## Why it is bad
//! Users approve the contract. A function that takes `from` as a parameter lets anyone spend those approvals.
//!
//! ## Example
//! ```solidity
//! function deposit(address from, uint256 amount) external {
//!     token.transferFrom(from, address(this), amount);
//! }
//! ```
//! Take from the caller:
//! ```solidity
//! function deposit(uint256 amount) external {
//!     token.transferFrom(msg.sender, address(this), amount);
//! }
//! ```
//!
//! ## Known gaps
//! - Any comparison of `from` in the function, and any signature that is checked, counts as the consent of its owner.
//! - Internal functions are not reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, is_compared, without_casts},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{facts::GuardKind, ir::ExprKind, program::Ty};

pub(super) const DETECTOR: Detector = Detector {
    id: "arbitrary-send-erc20",
    title: "anyone can spend what others approved",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-013",
    also: &[],
    swc: None,
    source: include_str!("arbitrary_send_erc20.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for facts in run.entries.iter().filter(|facts| facts.is_entry && facts.access.is_empty()) {
            let Some(view) = context.view(facts.function) else { continue };
            if facts
                .guards
                .iter()
                .any(|guard| matches!(guard.kind, GuardKind::Signature | GuardKind::Own | GuardKind::Caller))
            {
                continue;
            }
            for (expr, _) in view.exprs() {
                let Some((name @ ("transferFrom" | "safeTransferFrom"), [from, _, _, ..])) = called(expr) else {
                    continue;
                };
                let ExprKind::Call { callee, .. } = &expr.kind else { continue };
                let ExprKind::Member(token, _) = &callee.peeled().kind else { continue };
                let Some(from) = without_casts(&from.value).name() else { continue };
                if !view.takes(from)
                    || is_compared(view, from)
                    || !matches!(view.ty(token), Ty::Contract(_) | Ty::Unresolved(_))
                {
                    continue;
                }
                let report = Report {
                    message: format!("anyone can make `{name}` take from `{from}`"),
                    note: "whoever approved this contract can be robbed by any caller".to_owned(),
                    help: "take from `msg.sender`, or require that the owner of the tokens consents".to_owned(),
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
            }
        }
    }
}
