//! What is known at one point of the walk.

use super::{Slot, value::Value};
use crate::program::VariableId;

/// Calls beyond this many are no longer told apart.
const MAX_CALLS: usize = 128;

/// What is known at one point of the walk.
#[derive(Clone, Debug, Default)]
pub(super) struct State<'a> {
    /// External calls that may lie behind, as a set of indices.
    pub calls: u128,
    /// State that may have been read.
    pub reads: Vec<Slot>,
    /// Guards that hold, by index.
    pub guards: Vec<usize>,
    /// A guard that says who the caller is; on different ways it may be different ones.
    pub access: Option<usize>,
    /// State that a condition asked for.
    pub checked: Vec<Slot>,
    /// State variables that were checked, then set to a constant: locks that are held.
    pub locked: Vec<VariableId>,
    /// Whether the caller was seen to own what it takes: own state written, own tokens taken.
    pub is_entitled: bool,
    /// Parameters that were checked, as a set of indices.
    pub params_checked: u32,
    /// Whether control does not get here.
    pub is_dead: bool,
    /// Local variables of the function at hand, innermost scope last.
    pub locals: Vec<(&'a str, Value)>,
}

impl<'a> State<'a> {
    pub fn local(&self, name: &str) -> Option<&Value> {
        self.locals.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub fn declare(&mut self, name: &'a str, value: Value) {
        if !name.is_empty() {
            self.locals.push((name, value));
        }
    }

    pub fn assign(&mut self, name: &str, value: Value) {
        if let Some((_, known)) = self.locals.iter_mut().rev().find(|(known, _)| *known == name) {
            let ty = std::mem::take(&mut known.ty);
            *known = value.cast(ty);
        }
    }

    /// Guards that hold, with one that says who the caller is.
    pub fn guards(&self) -> Vec<usize> {
        let mut guards = self.guards.clone();
        guards.extend(self.access.filter(|access| !self.guards.contains(access)));
        guards
    }

    pub fn calls(&self) -> Vec<usize> {
        (0..MAX_CALLS).filter(|at| self.calls >> at & 1 == 1).collect()
    }

    pub fn add_call(&mut self, index: usize) {
        self.calls |= 1 << index.min(MAX_CALLS - 1);
    }

    pub fn add_read(&mut self, slot: Slot) {
        if !self.reads.contains(&slot) {
            self.reads.push(slot);
        }
    }

    /// What is known where two ways meet: what may be on either, what must be on both.
    pub fn join(mut self, other: &Self) -> Self {
        self.calls |= other.calls;
        for read in &other.reads {
            self.add_read(read.clone());
        }
        self.guards.retain(|guard| other.guards.contains(guard));
        self.access = self.access.filter(|_| other.access.is_some());
        self.checked.retain(|slot| other.checked.contains(slot));
        self.locked.retain(|variable| other.locked.contains(variable));
        self.is_entitled &= other.is_entitled;
        self.params_checked &= other.params_checked;
        let shared = self.locals.len().min(other.locals.len());
        self.locals.truncate(shared);
        for ((name, value), (other_name, other_value)) in self.locals.iter_mut().zip(&other.locals) {
            if name == other_name {
                *value = std::mem::take(value).join(other_value);
            }
        }
        self
    }
}

/// One state for two ways, either of which may not arrive.
pub(super) fn join<'a>(left: Option<State<'a>>, right: Option<State<'a>>) -> Option<State<'a>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.join(&right)),
        (one, other) => one.or(other),
    }
}
