//! The drafts that compile, run beside each other: one that does nothing goes behind, and of the others the group that behaves alike and
//! weighs most goes before.

use crate::{
    proposal::{Behaviour, Candidate},
    weigh::{gate, number, weight},
};
use solwright_checker::behaviour::{Fuzz, Reverts, Standing};
use solwright_checker::compile::CompiledContract;
use solwright_syntax::FunctionStub;
use std::{cmp::Ordering, collections::BTreeMap, sync::atomic::AtomicBool, time::Duration};

/// Calls by which two drafts are told apart. Bodies that differ mostly do so within the first dozens.
const CALLS: usize = 400;
const DEADLINE: Duration = Duration::from_millis(300);

/// Says of each candidate that compiles how it behaves, and puts them in order: what does something before what does not, heavier groups
/// before lighter ones, else as they were; what does not compile or is not safe stays behind. `idle` is what the file compiles to with
/// bodies that do nothing, and what must agree with them when a call reverts.
pub fn order(candidates: &mut [Candidate], stub: &FunctionStub, idle: &[(Reverts, Vec<CompiledContract>)]) {
    let running: Vec<usize> = (0..candidates.len()).filter(|&at| candidates[at].verdict.compiles()).collect();
    let drafts: Vec<&[CompiledContract]> = running.iter().map(|&at| candidates[at].contracts.as_slice()).collect();
    let fuzz = Fuzz { calls: CALLS, deadline: DEADLINE, reverts: Reverts::Any, ..Fuzz::default() };
    let look = |drawn_storage| {
        let fuzz = Fuzz { drawn_storage, ..fuzz.clone() };
        fuzz.group(&stub.contract, &stub.name, idle, &drafts, &AtomicBool::new(false))
    };
    // A contract that somebody else sets up shows nothing before, and what is read there is nothing.
    let idle_of = |standings: &Vec<Standing>| standings.iter().filter(|standing| **standing == Standing::Idle).count();
    let plain = look(false);
    let drawn = if plain.as_ref().is_none_or(|standings| idle_of(standings) > 0) { look(true) } else { None };
    let Some(standings) = plain.into_iter().chain(drawn).min_by_key(idle_of) else { return };
    let copies: Vec<usize> = running.iter().map(|&at| candidates[at].copies).collect();
    let alike = |standing: Standing| {
        let same = standings.iter().zip(&copies).filter(|(other, _)| **other == standing);
        same.map(|(_, copies)| copies).sum()
    };
    for (&at, &standing) in running.iter().zip(&standings) {
        let group = if let Standing::Group(group) = standing { Some(group) } else { None };
        candidates[at].behaviour = Some(Behaviour { idle: group.is_none(), alike: alike(standing), group });
    }
    let groups = weights(candidates);
    let heaviest = |candidate: &Candidate| group_of(candidate).and_then(|group| groups.get(&group)).copied();
    let place = |candidate: &Candidate| (gate(candidate), candidate.behaviour.is_none_or(|behaviour| behaviour.idle));
    candidates.sort_by(|a, b| {
        let lighter = |a: &Candidate, b: &Candidate| heaviest(a).partial_cmp(&heaviest(b)).unwrap_or(Ordering::Equal);
        place(a).cmp(&place(b)).then_with(|| lighter(b, a))
    });
    number(candidates);
}

fn group_of(candidate: &Candidate) -> Option<usize> {
    candidate.behaviour.and_then(|behaviour| behaviour.group)
}

/// The logarithm of what the members of each group weigh together.
fn weights(candidates: &[Candidate]) -> BTreeMap<usize, f64> {
    let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
    for candidate in candidates {
        let Some(group) = group_of(candidate) else { continue };
        let held = weights.entry(group).or_insert(f64::NEG_INFINITY);
        let (less, more) = (held.min(weight(candidate)), held.max(weight(candidate)));
        *held = more + (less - more).exp().ln_1p();
    }
    weights
}
