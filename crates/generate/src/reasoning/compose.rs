//! Reasoning that facts prove: what can truly be said of a function, stage by stage.

use super::{
    STAGES,
    claim::Claim,
    facts::{Effect, Facts, Place},
};

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What a model is taught to say before it writes.
    Taught,
    /// Also what is read of the code alone: what is written before which call, which error, what overflows.
    Full,
}

/// One stage a line; `purpose` is the author's own sentence.
pub fn compose(facts: &Facts, purpose: &str, detail: Detail) -> String {
    let stages = [
        purpose.trim().trim_end_matches('.').to_owned(),
        sentences(vec![inputs(facts)]),
        sentences(access(facts)),
        sentences(state(facts)),
        sentences(calls(facts, detail)),
        sentences(failures(facts, detail)),
        sentences(security(facts, detail)),
    ];
    let lines: Vec<String> = STAGES.iter().zip(stages).map(|(name, text)| format!("{name}: {text}.")).collect();
    lines.join("\n")
}

fn inputs(facts: &Facts) -> Claim {
    if facts.parameters.is_empty() { Claim::NoInputs } else { Claim::Inputs(facts.parameters.clone()) }
}

/// Who may call it.
fn access(facts: &Facts) -> Vec<Claim> {
    match facts.guards.is_empty() {
        true if facts.is_inside => vec![Claim::OnlyInside],
        true => vec![Claim::AnyoneMayCall],
        false => facts.guards.iter().map(|guard| Claim::Guard(guard.name.clone())).collect(),
    }
}

/// What it reads and writes, and what it announces.
fn state(facts: &Facts) -> Vec<Claim> {
    let writes = unique(facts.writes());
    let mut claims: Vec<Claim> = unique(&facts.reads).into_iter().map(Claim::Reads).collect();
    claims.push(if writes.is_empty() { Claim::WritesNothing } else { Claim::Writes(writes) });
    claims.extend(unique(&facts.events).into_iter().map(Claim::Emits));
    claims
}

/// What leaves the contract.
fn calls(facts: &Facts, detail: Detail) -> Vec<Claim> {
    let targets = unique(facts.calls());
    if targets.is_empty() {
        return vec![Claim::CallsNothing];
    }
    let mut claims: Vec<Claim> = targets.into_iter().map(Claim::Calls).collect();
    if detail == Detail::Full {
        claims.extend(settled(facts));
    }
    claims
}

/// What is written before the calls that may call back, and not after them.
fn settled(facts: &Facts) -> Vec<Claim> {
    let names = unique(facts.writes());
    let acting = facts.effects.iter().filter_map(|effect| match effect {
        Effect::Call { to, acts: true, .. } => Some(to),
        _ => None,
    });
    let pairs = unique(acting)
        .into_iter()
        .flat_map(|call| names.iter().map(move |name| Claim::WrittenBefore { name: name.clone(), call: call.clone() }));
    pairs.filter(|claim| super::decide::decide(claim, facts).0 == super::ClaimStatus::Holds).collect()
}

/// What makes it fail.
fn failures(facts: &Facts, detail: Detail) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for condition in &facts.conditions {
        let asked = condition.asked.name.clone();
        let claim = match (&condition.error, detail) {
            (Some(error), Detail::Full) => Claim::RevertsUnless { error: error.clone(), condition: asked },
            _ => Claim::Requires(asked),
        };
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    claims.extend(unique(&facts.deeper_conditions).into_iter().map(Claim::FailsWith));
    if claims.is_empty() { vec![Claim::NeverFails] } else { claims }
}

/// What follows for its safety.
fn security(facts: &Facts, detail: Detail) -> Vec<Claim> {
    let mut claims: Vec<Claim> = facts.locks.iter().map(|lock| Claim::Locked(lock.name.clone())).collect();
    match facts.late_writes().next() {
        Some(write) => claims.push(Claim::WritesAfterCall(write.name.clone())),
        None => claims.push(Claim::SettledBeforeCalls),
    }
    if detail == Detail::Full {
        claims.extend(unique(&facts.wraps).into_iter().map(Claim::Wraps));
        claims.extend((facts.wraps.is_empty() && facts.computes).then_some(Claim::OverflowReverts));
    }
    claims
}

fn sentences(claims: Vec<Claim>) -> String {
    claims.into_iter().map(|claim| claim.to_string()).collect::<Vec<_>>().join("; ")
}

fn unique<'a>(places: impl IntoIterator<Item = &'a Place>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for place in places {
        if !out.contains(&place.name) {
            out.push(place.name.clone());
        }
    }
    out
}
