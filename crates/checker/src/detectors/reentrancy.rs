//! # Reentrancy
//!
//! ## What it does
//! Looks for a call that hands control to another contract, followed by a write to state that was read before the call.
//!
//! ## Why it is bad
//! The called contract can call back before the write happens. The function then runs again on the old state: a balance
//! is paid out twice, a limit is passed, a token is minted twice. A lock on one function does not guard its neighbour: another
//! function that uses the same state can be entered while the first one waits.
//!
//! ## Example
//! ```solidity
//! function withdraw() external {
//!     uint256 amount = balances[msg.sender];
//!     (bool ok, ) = msg.sender.call{value: amount}("");
//!     require(ok);
//!     balances[msg.sender] = 0;
//! }
//! ```
//! Write first, call last:
//! ```solidity
//! function withdraw() external {
//!     uint256 amount = balances[msg.sender];
//!     balances[msg.sender] = 0;
//!     (bool ok, ) = msg.sender.call{value: amount}("");
//!     require(ok);
//! }
//! ```
//!
//! ## Known gaps
//! - A call to a constant or immutable address, without Ether, is trusted.
//! - Functions that only a chosen caller may call are trusted, unless they pay someone who can call another one meanwhile.
//! - State of other contracts, and views that are read while the state is in between, are not followed.
//! - Storage slots that assembly computes are not told apart, so writes to them are not reported.

use super::{
    Detector,
    context::{Context, ContractRun, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{CallKind, Effect, EffectKind, ExternalCall, FunctionFacts, GuardKind, Origin, Slot, Taint},
    ir::{Function, FunctionKind},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "reentrancy",
    title: "state is written after a call that can call back",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-046",
    also: &["SCWE-102", "SCWE-104", "SCWE-138"],
    swc: Some("SWC-107"),
    source: include_str!("reentrancy.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for facts in run.entries.iter().filter(|facts| facts.is_entry) {
            for (at, call) in facts.calls.iter().enumerate() {
                findings.extend(check_call(context, run, facts, at, call));
            }
        }
    }
}

/// One finding for a call, about the gravest write that follows it.
fn check_call(
    context: &Context<'_>,
    run: &ContractRun,
    facts: &FunctionFacts,
    at: usize,
    call: &ExternalCall,
) -> Option<Finding> {
    if !call.hands_over_control() || call.kind == CallKind::DelegateCall {
        return None;
    }
    let (write, slot) = facts.effects.iter().find_map(|effect| match &effect.kind {
        EffectKind::Write { slot, is_lock: false, .. } if effect.after.contains(&at) => {
            // Hooks of ERC-777 are made to call back: whatever comes after is done twice.
            let has_hook = call.target_type.contains("777");
            (has_hook || call.read_before.iter().any(|read| read.overlaps(slot))).then_some((effect, slot))
        }
        _ => None,
    })?;
    let mut neighbour = if facts.has_guard(&call.guards, GuardKind::Lock) {
        Some(run.entries.iter().find(|other| is_open_neighbour(facts, other, slot))?)
    } else {
        None
    };
    let (severity, confidence) = match weigh(call, neighbour.is_some())? {
        // What marks itself as done before the call cannot be done twice; other elements still can.
        _ if facts.has_guard(&call.guards, GuardKind::Once) => (Severity::Low, Confidence::Low),
        // Whoever was chosen may pay someone who was not, and who cannot begin this function but another.
        (severity, _) if facts.is_authorised(&call.guards) => {
            neighbour = Some(run.entries.iter().find(|other| is_open_neighbour(facts, other, slot))?);
            if severity < Severity::High {
                return None;
            }
            (Severity::Low, Confidence::Low)
        }
        weighed => weighed,
    };
    // A function that is right by itself, or a modifier that only asks, is wrong where it is used too early.
    let asks = |function: &Function| function.kind == FunctionKind::Modifier && !call.sends_value();
    let is_whole = |function: &Function| function.is_external() || asks(function);
    let callee = context.view_at(call.place);
    let is_right_alone =
        callee.is_some_and(|view| is_whole(view.function) && view.id != facts.function) && write.place == write.site;
    let first = if is_right_alone { call.site } else { call.place };
    let place = context.in_main(&[first, write.place, call.site, write.site])?;
    Some(context.finding(
        &DETECTOR,
        place,
        report(context, facts, call, (write, slot), neighbour, severity, confidence),
    ))
}

/// Whether `other` can be entered while `facts` waits, and changes the same state.
fn is_open_neighbour(facts: &FunctionFacts, other: &FunctionFacts, slot: &Slot) -> bool {
    let writes = || {
        other
            .effects
            .iter()
            .filter(|effect| matches!(&effect.kind, EffectKind::Write { slot: written, .. } if written.overlaps(slot)))
    };
    other.is_entry
        && other.function != facts.function
        && other.reentrancy_guard.is_none()
        && other.reads().any(|(_, read)| read.overlaps(slot))
        && writes().any(|write| !other.is_authorised(&write.guards))
}

fn weigh(call: &ExternalCall, is_cross_function: bool) -> Option<(Severity, Confidence)> {
    let is_fixed = matches!(call.target_origin, Origin::Fixed | Origin::This | Origin::Created);
    let is_chosen = call.target_taint.has(Taint::PARAM | Taint::SENDER);
    Some(match (call.sends_value(), is_fixed) {
        (true, false) if is_cross_function => (Severity::Medium, Confidence::Medium),
        (true, false) => (Severity::High, Confidence::High),
        (true, true) => (Severity::Low, Confidence::Low),
        (false, true) => return None,
        (false, false) if is_cross_function => (Severity::Low, Confidence::Low),
        (false, false) if is_chosen => (Severity::Medium, Confidence::Medium),
        (false, false) => (Severity::Low, Confidence::Low),
    })
}

fn report(
    context: &Context<'_>,
    facts: &FunctionFacts,
    call: &ExternalCall,
    (write, slot): (&Effect, &Slot),
    neighbour: Option<&FunctionFacts>,
    severity: Severity,
    confidence: Confidence,
) -> Report {
    let state = slot.name(context.program);
    let is_locked = facts.has_guard(&call.guards, GuardKind::Lock);
    let mut trace = Vec::new();
    if let Some((read, _)) = facts.reads().find(|(_, read)| read.overlaps(slot)) {
        trace.push((read.place, format!("`{state}` is read here")));
    }
    trace.push((call.place, format!("`{}` takes control here", call.target)));
    trace.push((write.place, format!("`{state}` is written here, after the call")));
    let message = match neighbour {
        None => {
            format!("`{state}` is written after the call to `{}`, which can call `{}` again", call.target, facts.name)
        }
        Some(other) => {
            let message =
                format!("`{state}` is written after the call to `{}`, which can call `{}`", call.target, other.name);
            if is_locked { format!("{message}: the lock on `{}` does not guard it", facts.name) } else { message }
        }
    };
    let note = match neighbour {
        None => format!("until the write is done, a call back into the contract sees the old `{state}`"),
        Some(other) => {
            format!("`{}` takes no lock and uses `{state}`, which is still old while the call runs", other.name)
        }
    };
    let help = match neighbour {
        None => {
            format!("write `{state}` before the call, or put a `nonReentrant` modifier on every function that uses it")
        }
        Some(other) if is_locked => {
            format!("write `{state}` before the call, or put the same lock on `{}`", other.name)
        }
        Some(other) => {
            format!("write `{state}` before the call, or lock both `{}` and `{}`", facts.name, other.name)
        }
    };
    Report { severity, confidence, message, note, help, trace, ..Report::of(&DETECTOR) }
}
