//! # A payout that is not recorded
//!
//! ## What it does
//! Looks for functions that pay the caller what the state says it owns, without changing what the state says, and for
//! checks of a balance that are the wrong way round.
//!
//! ## Why it is bad
//! The caller calls again and is paid again, until nothing is left.
//!
//! ## Example
//! ```solidity
//! function refund() external {
//!     payable(msg.sender).transfer(balances[msg.sender]);
//! }
//! ```
//! Record it first:
//! ```solidity
//! function refund() external {
//!     uint256 amount = balances[msg.sender];
//!     balances[msg.sender] = 0;
//!     payable(msg.sender).transfer(amount);
//! }
//! ```
//!
//! ## Known gaps
//! - Payouts in tokens are not asked for.
//! - A write to any state that belongs to the caller counts as a record.

use super::{
    Detector,
    context::{Context, Report},
    shape::is_sender,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::Taint,
    ir::{BinaryOp, ExprKind},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "unrecorded-payout",
    title: "what is paid out can be taken again",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-049",
    also: &[],
    swc: Some("SWC-105"),
    source: include_str!("unrecorded_payout.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        if facts.truncated || !facts.access.is_empty() {
            continue;
        }
        let is_recorded = facts.writes().any(|(_, slot)| slot.is_element || slot.is_own || slot.variable.is_none());
        let pays = facts.calls.iter().find(|call| call.sends_value() && call.value_taint.has(Taint::OWN));
        if let Some(call) = pays.filter(|_| !is_recorded && facts.reentrancy_guard.is_none())
            && let Some(place) = context.in_main(&[call.place, call.site])
        {
            let report = Report {
                message: format!("`{}` pays what the caller owns and does not record it", facts.name),
                note: "the caller can call again and is paid again".to_owned(),
                help: "set to zero what is paid, before it is paid".to_owned(),
                trace: vec![(call.place, "the payment".to_owned())],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
    reversed(context, findings);
}

/// `require(amount >= balances[msg.sender])` before `balances[msg.sender] -= amount`
fn reversed(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| view.function.is_external()) {
        for (expr, _) in view.exprs() {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            let Some(condition) = args.first().filter(|_| callee.name() == Some("require")) else { continue };
            let ExprKind::Binary(left, BinaryOp::Ge | BinaryOp::Gt, right) = &condition.value.peeled().kind else {
                continue;
            };
            let amount = left.name().filter(|name| view.takes(name));
            let (Some(amount), ExprKind::Index(list, Some(key))) = (amount, &right.peeled().kind) else { continue };
            let lowers = |list_name: Option<&str>| {
                view.exprs().iter().any(|(expr, _)| matches!(&expr.kind, ExprKind::Assign { target, op: Some(BinaryOp::Sub), value }
                    if value.name() == Some(amount) && matches!(&target.peeled().kind, ExprKind::Index(base, _) if base.name() == list_name)))
            };
            if !is_sender(key) || !lowers(list.name()) {
                continue;
            }
            let report = Report {
                message: format!("`{amount}` must be at least what the caller owns, where it may be at most that"),
                note: "whoever owns less than it asks for passes".to_owned(),
                help: "turn the comparison round".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(condition.value.span), report));
        }
    }
}
