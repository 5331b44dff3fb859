//! The sentences that claim something, and the test of each.

use super::{
    ClaimStatus,
    facts::{Effect, Facts, Place},
};
use solwright_syntax::Span;
use std::fmt;

/// A claim, as the training data says it.
pub type Claim = Predicate;

/// What can be claimed of a function and tested on its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// No guard stands before the body.
    AnyoneMayCall,
    /// A guard stands before the body.
    Guard(String),
    /// A lock holds off reentrant calls.
    Locked(String),
    /// No state is written.
    WritesNothing,
    /// A state variable is read.
    Reads(String),
    /// State variables are written, in this order.
    Writes(Vec<String>),
    /// No call leaves the contract.
    CallsNothing,
    /// A call leaves the contract.
    Calls(String),
    /// Nothing makes it revert.
    NeverFails,
    /// A condition without which it reverts.
    Requires(String),
    /// An event is emitted.
    Emits(String),
    /// Every write comes before the first call that leaves.
    SettledBeforeCalls,
    /// A write comes after a call that leaves.
    WritesAfterCall(String),
}

const ANYONE: &str = "anyone may call it";
const WRITES_NOTHING: &str = "no state is written";
const CALLS_NOTHING: &str = "no call leaves the contract";
const NEVER_FAILS: &str = "no condition is asked";
const SETTLED: &str = "state is settled before any call leaves";

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyoneMayCall => f.write_str(ANYONE),
            Self::Guard(guard) => write!(f, "guarded by `{guard}`"),
            Self::Locked(lock) => write!(f, "reentrant calls are held off by `{lock}`"),
            Self::WritesNothing => f.write_str(WRITES_NOTHING),
            Self::Reads(name) => write!(f, "reads `{name}`"),
            Self::Writes(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "writes {}", names.join(" then "))
            }
            Self::CallsNothing => f.write_str(CALLS_NOTHING),
            Self::Calls(target) => write!(f, "calls `{target}`"),
            Self::NeverFails => f.write_str(NEVER_FAILS),
            Self::Requires(condition) => write!(f, "requires `{condition}`"),
            Self::Emits(event) => write!(f, "emits `{event}`"),
            Self::SettledBeforeCalls => f.write_str(SETTLED),
            Self::WritesAfterCall(name) => write!(f, "`{name}` is written after a call left"),
        }
    }
}

impl Predicate {
    /// The claim that a sentence makes, where it is one that can be tested.
    pub fn read(sentence: &str) -> Option<Self> {
        let sentence = sentence.trim().trim_end_matches('.');
        let names: Vec<String> = sentence.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let first = || names.first().filter(|name| !name.is_empty()).cloned();
        let head = sentence.split('`').next().unwrap_or_default().trim();
        match sentence {
            ANYONE => return Some(Self::AnyoneMayCall),
            WRITES_NOTHING => return Some(Self::WritesNothing),
            CALLS_NOTHING => return Some(Self::CallsNothing),
            NEVER_FAILS => return Some(Self::NeverFails),
            SETTLED => return Some(Self::SettledBeforeCalls),
            _ => {}
        }
        match head {
            "guarded by" => first().map(Self::Guard),
            "reentrant calls are held off by" => first().map(Self::Locked),
            "reads" => first().map(Self::Reads),
            "writes" if !names.is_empty() => Some(Self::Writes(names)),
            "calls" => first().map(Self::Calls),
            "requires" => first().map(Self::Requires),
            "emits" => first().map(Self::Emits),
            "" if sentence.ends_with("is written after a call left") => first().map(Self::WritesAfterCall),
            _ => None,
        }
    }

    /// Holds the claim against the facts; the span is where the code shows it.
    pub fn test(&self, facts: &Facts) -> (ClaimStatus, Option<Span>) {
        let writes = || facts.effects.iter().filter(|effect| matches!(effect, Effect::Write(_)));
        let calls = || facts.effects.iter().filter(|effect| matches!(effect, Effect::Call { .. }));
        match self {
            Self::AnyoneMayCall => absent(facts.guards.first().map(|guard| guard.span)),
            Self::Guard(name) => {
                // A modifier is a guard when there is one at all: `onlyOwner` often asks in a function of another name.
                let by_modifier = if facts.guards.is_empty() { &[][..] } else { &facts.modifiers };
                let place = facts.guards.iter().chain(by_modifier).find(|place| same(&place.name, name));
                found(place.map(|place| place.span))
            }
            Self::Locked(name) => present(&facts.locks, name),
            Self::WritesNothing => absent(writes().next().map(Effect::span)),
            Self::Reads(name) => present(&facts.reads, name),
            Self::Writes(names) => in_order(names, writes()),
            Self::CallsNothing => absent(calls().next().map(Effect::span)),
            Self::Calls(target) => found(calls().find(|call| same(call.name(), target)).map(Effect::span)),
            Self::NeverFails => absent(facts.conditions.first().map(|condition| condition.span)),
            Self::Requires(condition) => present(&facts.conditions, condition),
            Self::Emits(event) => present(&facts.events, event),
            Self::SettledBeforeCalls => absent(late_writes(facts).next().map(Effect::span)),
            Self::WritesAfterCall(name) => {
                found(late_writes(facts).find(|write| same(write.name(), name)).map(Effect::span))
            }
        }
    }
}

/// Who may call it.
pub fn access(facts: &Facts) -> Vec<Claim> {
    if facts.guards.is_empty() {
        return vec![Claim::AnyoneMayCall];
    }
    facts.guards.iter().map(|guard| Claim::Guard(guard.name.clone())).collect()
}

/// What it reads and writes, and what it announces.
pub fn state(facts: &Facts) -> Vec<Claim> {
    let writes = unique(facts.effects.iter().filter(|e| matches!(e, Effect::Write(_))).map(Effect::name));
    let mut claims = match writes.is_empty() {
        true => vec![Claim::WritesNothing],
        false => vec![Claim::Writes(writes)],
    };
    let reads = unique(facts.reads.iter().map(|place| place.name.as_str()));
    claims.splice(0..0, reads.into_iter().map(Claim::Reads));
    claims.extend(unique(facts.events.iter().map(|place| place.name.as_str())).into_iter().map(Claim::Emits));
    claims
}

/// What leaves the contract.
pub fn calls(facts: &Facts) -> Vec<Claim> {
    let targets = unique(facts.effects.iter().filter(|e| matches!(e, Effect::Call { .. })).map(Effect::name));
    if targets.is_empty() { vec![Claim::CallsNothing] } else { targets.into_iter().map(Claim::Calls).collect() }
}

/// What makes it fail.
pub fn failures(facts: &Facts) -> Vec<Claim> {
    let conditions = unique(facts.conditions.iter().map(|place| place.name.as_str()));
    if conditions.is_empty() { vec![Claim::NeverFails] } else { conditions.into_iter().map(Claim::Requires).collect() }
}

/// What follows for its safety.
pub fn security(facts: &Facts) -> Vec<Claim> {
    let mut claims: Vec<Claim> = facts.locks.iter().map(|lock| Claim::Locked(lock.name.clone())).collect();
    match late_writes(facts).next() {
        Some(write) => claims.push(Claim::WritesAfterCall(write.name().to_owned())),
        None => claims.push(Claim::SettledBeforeCalls),
    }
    claims
}

/// Writes after a call whose target may call back.
fn late_writes(facts: &Facts) -> impl Iterator<Item = &Effect> {
    let after = facts.effects.iter().skip_while(|effect| !matches!(effect, Effect::Call { acts: true, .. }));
    after.filter(|effect| matches!(effect, Effect::Write(_)))
}

fn absent(place: Option<Span>) -> (ClaimStatus, Option<Span>) {
    (if place.is_none() { ClaimStatus::Holds } else { ClaimStatus::Fails }, place)
}

fn found(place: Option<Span>) -> (ClaimStatus, Option<Span>) {
    (if place.is_some() { ClaimStatus::Holds } else { ClaimStatus::Fails }, place)
}

fn present(places: &[Place], name: &str) -> (ClaimStatus, Option<Span>) {
    found(places.iter().find(|place| same(&place.name, name)).map(|place| place.span))
}

fn in_order<'a>(names: &[String], mut writes: impl Iterator<Item = &'a Effect>) -> (ClaimStatus, Option<Span>) {
    let mut first = None;
    for name in names {
        let Some(write) = writes.find(|write| same(write.name(), name)) else { return (ClaimStatus::Fails, first) };
        first = first.or(Some(write.span()));
    }
    (ClaimStatus::Holds, first)
}

/// Two spellings of one expression differ in white space only.
fn same(a: &str, b: &str) -> bool {
    let solid = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    solid(a) == solid(b)
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        if !out.iter().any(|seen| seen == name) {
            out.push(name.to_owned());
        }
    }
    out
}
