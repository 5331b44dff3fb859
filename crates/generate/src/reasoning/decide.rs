//! Whether a claim stands, by the facts of the code it speaks of.

use super::{
    ClaimStatus,
    claim::Claim,
    facts::{Effect, Facts, Place},
};
use solwright_syntax::Span;

/// What the facts say of a claim, and where the code shows it.
type Decided = (ClaimStatus, Option<Span>);

/// Holds the claim against the facts. Where the analyser met a bound, what it did not see may be there all the same.
pub fn decide(claim: &Claim, facts: &Facts) -> Decided {
    let (status, at) = told(claim, facts);
    if facts.truncated && at.is_none() { (ClaimStatus::Untestable, None) } else { (status, at) }
}

fn told(claim: &Claim, facts: &Facts) -> Decided {
    match claim {
        Claim::Inputs(names) => known(names.iter().all(|name| facts.parameters.contains(name))),
        Claim::NoInputs => known(facts.parameters.is_empty()),
        Claim::AnyoneMayCall if facts.is_inside => (ClaimStatus::Fails, None),
        Claim::AnyoneMayCall => absent(facts.guards.first()),
        Claim::OnlyInside => known(facts.is_inside),
        Claim::Guard(name) => guarded(facts, name),
        Claim::Locked(name) => present(&facts.locks, name),
        Claim::WritesNothing => absent(facts.writes().next()),
        Claim::Reads(name) => present(&facts.reads, name),
        Claim::Writes(names) => in_order(names, facts.writes()),
        Claim::WrittenBefore { name, call } => written_before(facts, name, call),
        Claim::CallsNothing => absent(facts.calls().next()),
        Claim::Calls(target) => present(facts.calls(), target),
        Claim::NeverFails => never_fails(facts),
        Claim::Requires(condition) => present(facts.conditions.iter().map(|one| &one.asked), condition),
        Claim::RevertsUnless { error, condition } => {
            let with_error =
                |one: &&super::facts::Condition| one.error.as_deref().is_some_and(|said| same(said, error));
            present(facts.conditions.iter().filter(with_error).map(|one| &one.asked), condition)
        }
        Claim::FailsWith(callee) => present(&facts.deeper_conditions, callee),
        Claim::Emits(event) => present(&facts.events, event),
        Claim::SettledBeforeCalls => absent(facts.late_writes().next()),
        Claim::WritesAfterCall(name) => present(facts.late_writes(), name),
        Claim::OverflowReverts => absent(facts.wraps.first()),
        Claim::Wraps(operation) => present(&facts.wraps, operation),
    }
}

/// A modifier is a guard when it is one by whatever it asks: `onlyOwner` often asks in a function of another name.
fn guarded(facts: &Facts, name: &str) -> Decided {
    let asks = |modifier: &&Place| facts.guards.iter().any(|guard| guard.span == modifier.span);
    present(facts.guards.iter().chain(facts.modifiers.iter().filter(asks)), name)
}

/// What is asked deeper is no condition of the text at hand, and makes it fail all the same.
fn never_fails(facts: &Facts) -> Decided {
    match (facts.conditions.first(), facts.deeper_conditions.first()) {
        (Some(condition), _) => (ClaimStatus::Fails, Some(condition.asked.span)),
        (None, Some(deeper)) => (ClaimStatus::Untestable, Some(deeper.span)),
        (None, None) => (ClaimStatus::Holds, None),
    }
}

/// Each call of that name has a write of the variable before it, and none after it.
fn written_before(facts: &Facts, name: &str, call: &str) -> Decided {
    let mut written = None;
    let mut called = Vec::new();
    for effect in &facts.effects {
        match effect {
            Effect::Write { to, after } if same(&to.name, name) => {
                if after.iter().any(|id| called.contains(id)) {
                    return (ClaimStatus::Fails, Some(to.span));
                }
                written = written.or(Some(to.span));
            }
            Effect::Call { to, id, .. } if same(&to.name, call) => {
                if written.is_none() {
                    return (ClaimStatus::Fails, Some(to.span));
                }
                called.push(*id);
            }
            _ => {}
        }
    }
    if called.is_empty() { (ClaimStatus::Fails, None) } else { (ClaimStatus::Holds, written) }
}

fn known(holds: bool) -> Decided {
    (if holds { ClaimStatus::Holds } else { ClaimStatus::Fails }, None)
}

fn absent(place: Option<&Place>) -> Decided {
    (if place.is_none() { ClaimStatus::Holds } else { ClaimStatus::Fails }, place.map(|place| place.span))
}

fn present<'a>(places: impl IntoIterator<Item = &'a Place>, name: &str) -> Decided {
    let place = places.into_iter().find(|place| same(&place.name, name));
    (if place.is_some() { ClaimStatus::Holds } else { ClaimStatus::Fails }, place.map(|place| place.span))
}

fn in_order<'a>(names: &[String], mut writes: impl Iterator<Item = &'a Place>) -> Decided {
    let mut first = None;
    for name in names {
        let Some(write) = writes.find(|write| same(&write.name, name)) else { return (ClaimStatus::Fails, first) };
        first = first.or(Some(write.span));
    }
    (ClaimStatus::Holds, first)
}

/// Two spellings of one expression differ in white space only.
fn same(a: &str, b: &str) -> bool {
    let solid = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    solid(a) == solid(b)
}
