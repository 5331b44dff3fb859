//! Drafts of one function compared with each other, for want of a reference: those that no call tells apart form a group, and the largest
//! group is likelier right than a lone draft (CodeT, Chen et al., 2022, with drawn calls in the place of generated tests).

use super::{Fuzz, Reverts, entry, subjects};
use crate::compile::CompiledContract;
use std::sync::atomic::AtomicBool;

/// How a draft stands to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No call tells it from a body that does nothing.
    Idle,
    /// It does something; drafts of the same group behave alike.
    Group(usize),
}

impl Fuzz {
    /// How the drafts of the function `name` of the contract `own` stand to each other; `None` when calls tell nothing, since no draft
    /// can be told from a body that does nothing, or nothing can be deployed. A draft is what its file compiles to; `idle` is that with
    /// bodies that do nothing, and what must agree with each of them when a call reverts. `reverts` had better be [`Reverts::Any`], for
    /// what a body says when it reverts is no work.
    pub fn group(
        &self,
        own: &str,
        name: &str,
        idle: &[(Reverts, Vec<CompiledContract>)],
        drafts: &[&[CompiledContract]],
        stop: &AtomicBool,
    ) -> Option<Vec<Standing>> {
        let first = drafts.first()?;
        subjects(first, own).into_iter().find_map(|subject| {
            let run = Beside { fuzz: self, entry: entry(subject, name), subject, stop };
            let standings = run.standings(idle, drafts)?;
            standings.iter().any(|standing| *standing != Standing::Idle).then_some(standings)
        })
    }
}

/// Drafts beside each other in one contract.
struct Beside<'a> {
    fuzz: &'a Fuzz,
    entry: Option<String>,
    subject: &'a CompiledContract,
    stop: &'a AtomicBool,
}

impl Beside<'_> {
    /// `None` when something cannot be run, or not in time.
    fn standings(
        &self,
        idle: &[(Reverts, Vec<CompiledContract>)],
        drafts: &[&[CompiledContract]],
    ) -> Option<Vec<Standing>> {
        let idle = || idle.iter().map(|(reverts, contracts)| (*reverts, contracts.as_slice()));
        let mut leaders: Vec<(Reverts, &[CompiledContract])> = Vec::new();
        let mut standings = Vec::new();
        for &draft in drafts {
            standings.push(if self.first_alike(idle(), draft)?.is_some() {
                Standing::Idle
            } else if let Some(group) = self.first_alike(leaders.iter().copied(), draft)? {
                Standing::Group(group)
            } else {
                leaders.push((self.fuzz.reverts, draft));
                Standing::Group(leaders.len() - 1)
            });
        }
        Some(standings)
    }

    /// The place of the first of `others` that no call tells from `draft`.
    fn first_alike<'b>(
        &self,
        others: impl Iterator<Item = (Reverts, &'b [CompiledContract])>,
        draft: &[CompiledContract],
    ) -> Option<Option<usize>> {
        for (place, (reverts, other)) in others.enumerate() {
            let fuzz = Fuzz { reverts, ..self.fuzz.clone() };
            let (other, draft) = (self.find(other)?, self.find(draft)?);
            let comparison = fuzz.compare(other, draft, self.entry.as_deref(), self.stop).ok()?;
            match comparison.difference {
                Some(_) => {}
                None if comparison.complete => return Some(Some(place)),
                None => return None,
            }
        }
        Some(None)
    }

    fn find<'b>(&self, contracts: &'b [CompiledContract]) -> Option<&'b CompiledContract> {
        contracts.iter().find(|contract| contract.name == self.subject.name && contract.file == self.subject.file)
    }
}
