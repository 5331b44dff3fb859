//! The drafts that compile, run beside each other: one that does nothing goes behind, and of the others the largest group that behaves
//! alike goes before.

use crate::{
    proposal::{Behaviour, Candidate},
    weigh::{gate, number},
};
use solwright_checker::behaviour::{Fuzz, Reverts, Standing};
use solwright_checker::compile::CompiledContract;
use solwright_syntax::FunctionStub;
use std::{cmp::Reverse, sync::atomic::AtomicBool, time::Duration};

/// Calls by which two drafts are told apart. Bodies that differ mostly do so within the first dozens.
const CALLS: usize = 400;
const DEADLINE: Duration = Duration::from_millis(300);

/// Says of each candidate that compiles how it behaves, and puts them in order: what does something before what does not, larger groups
/// before smaller ones, else as they were; what does not compile or is not safe stays behind. `idle` is what the file compiles to with
/// bodies that do nothing, and what must agree with them when a call reverts.
pub fn order(candidates: &mut [Candidate], stub: &FunctionStub, idle: &[(Reverts, Vec<CompiledContract>)]) {
    let running: Vec<usize> = (0..candidates.len()).filter(|&at| candidates[at].verdict.compiles()).collect();
    let drafts: Vec<&[CompiledContract]> = running.iter().map(|&at| candidates[at].contracts.as_slice()).collect();
    let fuzz = Fuzz { calls: CALLS, deadline: DEADLINE, reverts: Reverts::Any, ..Fuzz::default() };
    let look = |drawn_storage| {
        let fuzz = Fuzz { drawn_storage, ..fuzz.clone() };
        fuzz.group(&stub.contract, &stub.name, idle, &drafts, &AtomicBool::new(false))
    };
    // A contract that somebody else sets up shows nothing before.
    let Some(standings) = look(false).or_else(|| look(true)) else { return };
    let copies: Vec<usize> = running.iter().map(|&at| candidates[at].copies).collect();
    let alike = |standing: Standing| {
        let same = standings.iter().zip(&copies).filter(|(other, _)| **other == standing);
        same.map(|(_, copies)| copies).sum()
    };
    for (&at, &standing) in running.iter().zip(&standings) {
        candidates[at].behaviour = Some(Behaviour { idle: standing == Standing::Idle, alike: alike(standing) });
    }
    candidates.sort_by_key(|candidate| (gate(candidate), place(candidate)));
    number(candidates);
}

/// What does not compile behaves in no way, and goes last.
fn place(candidate: &Candidate) -> (bool, Reverse<usize>) {
    candidate.behaviour.map_or((true, Reverse(0)), |Behaviour { idle, alike }| (idle, Reverse(alike)))
}
