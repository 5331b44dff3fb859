//! # Read-only reentrancy
//!
//! ## What it does
//! Looks for views that others may ask while a function of the contract waits for a call, and that then tell what is not so.
//!
//! ## Why it is bad
//! Nothing of this contract is lost, but whoever trusts the answer, a lender that asks for a price, is robbed. A lock on the
//! function that calls does not keep anyone from asking a view.
//!
//! ## Example
//! ```solidity
//! function burn(uint256 part) external nonReentrant {
//!     payable(msg.sender).call{value: address(this).balance * part / supply}("");
//!     supply -= part;
//! }
//! function price() external view returns (uint256) { return address(this).balance / supply; }
//! ```
//! Write before the call, and let the view ask for the lock:
//! ```solidity
//! function price() external view returns (uint256) {
//!     require(!locked);
//!     return address(this).balance / supply;
//! }
//! ```
//!
//! ## Known gaps
//! - Public state variables are views too, and are left out.
//! - Where state is written before the call, only a quotient of it is reported, and only without a lock.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{Effect, EffectKind, ExternalCall, FunctionFacts, GuardKind, Origin, Slot},
    ir::{BinaryOp, ExprKind, Mutability},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "read-only-reentrancy",
    title: "a view can be asked while the state is in between",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-137",
    also: &[],
    swc: Some("SWC-107"),
    source: include_str!("read_only_reentrancy.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for view in run.entries.iter().filter(|facts| is_open_view(context, run, facts)) {
            let function = context.program.function(view.function);
            if context.program.function_file(view.function) != 0 {
                continue;
            }
            let divides = has_quotient(context, view);
            let Some((facts, call, (write, slot), is_late)) = stale(run, view, divides) else { continue };
            let state = slot.name(context.program);
            let when = if is_late { "before it is written" } else { "in the middle of it" };
            let report = Report {
                severity: if is_late { Severity::Low } else { Severity::Info },
                confidence: if is_late { Confidence::Medium } else { Confidence::Low },
                message: format!(
                    "`{}` reads `{state}`, and can be asked while `{}` calls `{}`",
                    view.name, facts.name, call.target
                ),
                note: format!("the called contract can ask it {when}, and pass the answer to others that trust it"),
                help: "write all state before the call, and let the view revert while the lock is taken".to_owned(),
                trace: vec![
                    (call.place, format!("`{}` takes control here", call.target)),
                    (write.place, format!("`{state}` is written here")),
                ],
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(function.name_span), report));
        }
    }
}

fn is_open_view(context: &Context<'_>, run: &ContractRun, facts: &FunctionFacts) -> bool {
    let function = context.program.function(facts.function);
    let locks = || {
        run.entries.iter().flat_map(|other| &other.effects).filter_map(|effect| match &effect.kind {
            EffectKind::Write { slot, is_lock: true, .. } => Some(slot),
            _ => None,
        })
    };
    let asks_for_lock = facts.guards.iter().any(|guard| guard.kind == GuardKind::Lock)
        || facts.reads().any(|(_, read)| locks().any(|lock| lock.overlaps(read)));
    function.mutability == Mutability::View && !asks_for_lock && facts.reentrancy_guard.is_none()
}

/// A function that waits for a call while what the view reads is not as it will be, or is about to be used.
fn stale<'a>(
    run: &'a ContractRun,
    view: &'a FunctionFacts,
    divides: bool,
) -> Option<(&'a FunctionFacts, &'a ExternalCall, (&'a Effect, &'a Slot), bool)> {
    let reads = |slot: &Slot| view.reads().any(|(_, read)| read.overlaps(slot));
    let entries = || run.entries.iter().filter(|facts| facts.is_entry);
    let find = |late: bool| {
        entries().filter(|facts| late || facts.reentrancy_guard.is_none()).find_map(|facts| {
            facts.effects.iter().find_map(|effect| {
                let EffectKind::Write { slot, is_lock: false, .. } = &effect.kind else { return None };
                let mut calls = facts.calls.iter().enumerate().filter(|(_, call)| is_open_call(facts, call));
                let (_, call) = calls.find(|(at, call)| {
                    effect.after.contains(at) == late && (late || call.sends_value() && effect.after.is_empty())
                })?;
                reads(slot).then_some((facts, call, (effect, slot), late))
            })
        })
    };
    divides.then(|| find(true).or_else(|| find(false))).flatten()
}

fn is_open_call(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    call.hands_over_control()
        && !facts.is_authorised(&call.guards)
        && !matches!(call.target_origin, Origin::Fixed | Origin::This | Origin::Created)
}

/// Whether the view computes a share or a price.
fn has_quotient(context: &Context<'_>, facts: &FunctionFacts) -> bool {
    let view = context.view(facts.function);
    view.is_some_and(|view| {
        view.exprs().iter().any(|(expr, _)| match &expr.kind {
            ExprKind::Binary(_, BinaryOp::Div, _) => true,
            ExprKind::Call { callee, .. } => callee.name().is_some_and(|name| has_word(name, &["muldiv"])),
            ExprKind::Member(_, name) => has_word(name, &["muldiv"]),
            _ => false,
        })
    })
}
