//! What a function does: who may call it, what it reads, writes and calls in which order, and what stops it.
//!
//! [`facts_of`] walks one function in the order of control, through modifiers and internal calls, as the most derived
//! contract runs it. Branches are followed apart and joined again, so that what is said to lie before a call can lie
//! before it. The walk is bounded; [`FunctionFacts::truncated`] says when a bound was met.

mod branch;
mod builtin;
mod cache;
mod call;
mod eval;
mod guard;
mod member;
mod state;
mod stmt;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod walk;
mod yul;

pub use cache::FactsCache;
pub use value::{Checks, Origin, Taint};

use crate::{
    ir::{Mutability, Visibility},
    program::{ContractId, FunctionId, Place, Program, VariableId},
};

/// What one function does, run as a function of one contract.
#[derive(Clone, Debug)]
pub struct FunctionFacts {
    /// The function.
    pub function: FunctionId,
    /// The most derived contract, whose overrides are called; `None` for a free function.
    pub contract: Option<ContractId>,
    /// Name of the function.
    pub name: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// What it may do to the state.
    pub mutability: Mutability,
    /// Whether anyone may call it from outside, and it may change the state.
    pub is_entry: bool,
    /// Parameters.
    pub params: Vec<ParamFacts>,
    /// Checks of the caller that hold when the function ends; empty when anyone may call it.
    pub access: Vec<Guard>,
    /// The lock against reentrancy that holds around the function's work.
    pub reentrancy_guard: Option<Guard>,
    /// Every condition met on the way, in order; effects name them by index.
    pub guards: Vec<Guard>,
    /// What happens, in the order of control.
    pub effects: Vec<Effect>,
    /// Calls that leave the contract, in order; effects name them by index.
    pub calls: Vec<ExternalCall>,
    /// What can stop it.
    pub failures: Vec<Failure>,
    /// Numbers that are made to look random from what the block says.
    pub randomness: Vec<Randomness>,
    /// Loops.
    pub loops: Vec<Place>,
    /// Places in loops where `msg.value` is read.
    pub values_in_loops: Vec<Place>,
    /// What it returns, as written.
    pub returns: Vec<(Place, String)>,
    /// Whether a bound was met, so that something may be missing.
    pub truncated: bool,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct ParamFacts {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its type as written.
    pub ty: String,
    /// Where it is declared.
    pub place: Place,
    /// Whether a condition asks for it.
    pub is_checked: bool,
    /// Whether anything reads it.
    pub is_used: bool,
}

/// What a condition establishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuardKind {
    /// Who the caller is: an owner, a role, a list.
    Caller,
    /// That someone who is trusted signed.
    Signature,
    /// That the function has not been entered already.
    Lock,
    /// That this was not done before, for this element of the state.
    Once,
    /// That the contract is set up for the first time.
    Initializer,
    /// That what is touched belongs to the caller.
    Own,
    /// Anything else.
    Condition,
}

/// A condition that holds from some point on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// What it establishes.
    pub kind: GuardKind,
    /// The condition, as written.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// The place in the function itself: that of the modifier or the internal call when the condition lies deeper.
    pub site: Place,
    /// The modifier or function it stands in, when that is not the function itself.
    pub via: Option<String>,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What.
    pub kind: EffectKind,
    /// Where.
    pub place: Place,
    /// The place in the function itself: that of the internal call when the effect lies deeper.
    pub site: Place,
    /// The source of it, on one line.
    pub text: String,
    /// Guards that hold there, by index.
    pub guards: Vec<usize>,
    /// External calls that may have been made before, by index.
    pub after: Vec<usize>,
}

/// Kinds of effects.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectKind {
    /// A state variable is read.
    Read(Slot),
    /// A state variable is written.
    Write {
        /// The variable.
        slot: Slot,
        /// Where the written value comes from.
        taint: Taint,
        /// Whether this takes or leaves a lock.
        is_lock: bool,
    },
    /// A call leaves the contract, by index.
    Call(usize),
    /// An event is emitted, by name.
    Emit(String),
    /// A contract is created.
    Create,
    /// The contract is destroyed; where the receiver comes from.
    SelfDestruct(Taint),
}

/// A piece of the contract's storage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The variable; `None` for a slot that assembly computes.
    pub variable: Option<VariableId>,
    /// The field, in a struct.
    pub field: Option<String>,
    /// Whether it is one element of a mapping or an array.
    pub is_element: bool,
    /// Whether the element is the caller's own.
    pub is_own: bool,
}

/// How a call leaves the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// `a.call(…)`
    Call,
    /// `a.delegatecall(…)`
    DelegateCall,
    /// `a.staticcall(…)`
    StaticCall,
    /// `a.transfer(…)`, which forwards 2,300 gas and reverts on failure.
    Transfer,
    /// `a.send(…)`, which forwards 2,300 gas and returns false on failure.
    Send,
    /// A function of another contract.
    HighLevel,
    /// A function of this contract, from outside.
    ToItself,
}

/// A call that leaves the contract.
#[derive(Clone, Debug)]
pub struct ExternalCall {
    /// How.
    pub kind: CallKind,
    /// The target, as written.
    pub target: String,
    /// Where the target's address comes from.
    pub target_taint: Taint,
    /// What the target's address is.
    pub target_origin: Origin,
    /// The function, for a high-level call.
    pub function: Option<String>,
    /// Whether the called function promises to change nothing.
    pub is_view: bool,
    /// Whether the called function returns one `bool`; `None` when its declaration is not at hand.
    pub returns_bool: Option<bool>,
    /// The type of the target, as it is called; empty when it is an address or not known.
    pub target_type: String,
    /// The Ether sent along, as written.
    pub value: Option<String>,
    /// Where the amount comes from.
    pub value_taint: Taint,
    /// Whether the gas is limited to what cannot reenter.
    pub gas_limited: bool,
    /// Whether the data comes from a parameter.
    pub data_taint: Taint,
    /// Where each argument comes from, and what it is.
    pub args: Vec<(Taint, Origin)>,
    /// State that was read before, so that the call may make it stale.
    pub read_before: Vec<Slot>,
    /// Whether the target is a parameter that a condition asked for.
    pub target_checked: bool,
    /// Whether the caller was seen to be entitled to what is sent: own balance, own deposit.
    pub is_entitled: bool,
    /// The call itself.
    pub place: Place,
    /// The place in the function itself.
    pub site: Place,
    /// The source of it, on one line.
    pub text: String,
    /// Guards that hold there, by index.
    pub guards: Vec<usize>,
    /// External calls that may have been made before, by index.
    pub after: Vec<usize>,
    /// Whether it stands in a loop.
    pub in_loop: bool,
}

/// A number that is made to look random from what the block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Randomness {
    /// The computation.
    pub place: Place,
    /// The place in the function itself.
    pub site: Place,
    /// Where its input comes from.
    pub taint: Taint,
    /// The source of it, on one line.
    pub text: String,
}

/// Something that can stop the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The condition that must hold, as written; `None` for a plain `revert`.
    pub condition: Option<String>,
    /// The message or error, as written.
    pub message: Option<String>,
    /// Where.
    pub place: Place,
    /// The place in the function itself.
    pub site: Place,
}

/// Facts of a function in its own contract.
pub fn facts_of(program: &Program, function: FunctionId) -> FunctionFacts {
    facts_in(program, program.function_contract(function), function)
}

/// Facts of a function as `contract`, which may override what it calls, runs it.
pub fn facts_in(program: &Program, contract: Option<ContractId>, function: FunctionId) -> FunctionFacts {
    walk::Walker::run(program, contract, function).0
}

impl FunctionFacts {
    /// Guards of a kind among those named by `at`.
    pub fn guards_of<'a>(&'a self, at: &'a [usize], kind: GuardKind) -> impl Iterator<Item = &'a Guard> {
        at.iter().map(|&index| &self.guards[index]).filter(move |guard| guard.kind == kind)
    }

    /// Whether a guard of a kind is among those named by `at`.
    pub fn has_guard(&self, at: &[usize], kind: GuardKind) -> bool {
        self.guards_of(at, kind).next().is_some()
    }

    /// Whether the caller was checked, by name or by signature, before the effect with these guards.
    pub fn is_authorised(&self, at: &[usize]) -> bool {
        [GuardKind::Caller, GuardKind::Signature, GuardKind::Initializer].iter().any(|&kind| self.has_guard(at, kind))
    }

    /// Writes to state, in order.
    pub fn writes(&self) -> impl Iterator<Item = (&Effect, &Slot)> {
        self.effects.iter().filter_map(|effect| match &effect.kind {
            EffectKind::Write { slot, .. } => Some((effect, slot)),
            _ => None,
        })
    }

    /// Reads of state, in order.
    pub fn reads(&self) -> impl Iterator<Item = (&Effect, &Slot)> {
        self.effects.iter().filter_map(|effect| match &effect.kind {
            EffectKind::Read(slot) => Some((effect, slot)),
            _ => None,
        })
    }
}

impl Slot {
    /// Whether a write to one may be seen by a read of the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.variable.is_some()
            && self.variable == other.variable
            && (self.field == other.field || self.field.is_none() || other.field.is_none())
    }

    /// The variable's name, with its field.
    pub fn name(&self, program: &Program) -> String {
        let variable = self.variable.map_or("a storage slot", |id| program.variable(id).name.as_str());
        match &self.field {
            Some(field) => format!("{variable}.{field}"),
            None => variable.to_owned(),
        }
    }
}

impl ExternalCall {
    /// Whether the called code can do as it likes, and so call back.
    pub fn hands_over_control(&self) -> bool {
        match self.kind {
            CallKind::Call | CallKind::DelegateCall => !self.gas_limited,
            CallKind::HighLevel => !self.is_view && !self.gas_limited,
            CallKind::StaticCall | CallKind::Transfer | CallKind::Send | CallKind::ToItself => false,
        }
    }

    /// Whether Ether goes along.
    pub fn sends_value(&self) -> bool {
        self.value.as_deref().is_some_and(|value| value != "0")
    }
}
