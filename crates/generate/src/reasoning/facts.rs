//! What the analyser proves of a function, as far as sentences speak of it.

use super::arithmetic::Arithmetic;
use solwright_analysis::{
    Program,
    facts::{self, EffectKind, ExternalCall, FunctionFacts, Guard, GuardKind, Slot},
    ir::Visibility,
    program::Place as Site,
    project::Sources,
};
use solwright_syntax::Span;

/// A name and where the code shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A variable, a guard, a condition or an event.
    pub name: String,
    /// Where it stands, in bytes of the file.
    pub span: Span,
}

/// Something that outlives the call, in the order in which it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A state variable is written.
    Write {
        /// The variable.
        to: Place,
        /// Calls that may change state and may have been made before.
        after: Vec<usize>,
    },
    /// A call leaves the contract.
    Call {
        /// Whom it calls.
        to: Place,
        /// Its number.
        id: usize,
        /// Whether the called code may change state, and so call back.
        acts: bool,
    },
}

/// Something that must hold for the function not to revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The condition, or the modifier that asks it.
    pub asked: Place,
    /// The name of the error that tells of it.
    pub error: Option<String>,
}

/// What the analyser proves of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// Whether nobody outside can see it.
    pub is_inside: bool,
    /// Guards on who may call.
    pub guards: Vec<Place>,
    /// Modifiers that the signature invokes, by the name it gives them; what they ask for may stand deeper.
    pub modifiers: Vec<Place>,
    /// Locks against reentrant calls.
    pub locks: Vec<Place>,
    /// State variables read.
    pub reads: Vec<Place>,
    /// Writes and calls, in order.
    pub effects: Vec<Effect>,
    /// Events emitted.
    pub events: Vec<Place>,
    /// Conditions of the body, and modifiers that ask something else than who calls.
    pub conditions: Vec<Condition>,
    /// Functions of the contract that it calls and that ask conditions.
    pub deeper_conditions: Vec<Place>,
    /// Whether the body computes with numbers.
    pub computes: bool,
    /// Operations of the body that wrap around.
    pub wraps: Vec<Place>,
    /// Whether the analyser met a bound, so that something may be missing.
    pub truncated: bool,
}

/// The facts of the function at `span` of the main file.
pub fn facts_at(sources: &Sources, span: Span) -> Option<Facts> {
    let program = Program::build(sources);
    let function = program.function_at(span.start)?;
    Some(Facts::of(&program, &facts::facts_of(&program, function), span))
}

impl Facts {
    /// What sentences can speak of, out of all that the analyser knows of the function at `span` of the main file.
    pub fn of(program: &Program, known: &FunctionFacts, span: Span) -> Self {
        let named = |name: &String, span: Span| Place { name: name.clone(), span };
        let modifiers = program.function(known.function).modifiers.iter();
        let arithmetic = Arithmetic::of(program, known.function);
        let mut facts = Self {
            parameters: known.params.iter().map(|param| param.name.clone()).filter(|name| !name.is_empty()).collect(),
            is_inside: matches!(known.visibility, Visibility::Internal | Visibility::Private),
            guards: known.access.iter().filter(|guard| guard.kind == GuardKind::Caller).map(guard).collect(),
            modifiers: modifiers.filter_map(|call| Some(named(call.path.last()?, call.span))).collect(),
            locks: known.reentrancy_guard.iter().map(guard).collect(),
            computes: arithmetic.computes,
            wraps: arithmetic.wraps,
            truncated: known.truncated,
            ..Self::default()
        };
        facts.add_effects(program, known);
        facts.add_conditions(program, known, span);
        facts
    }

    /// State variables written, in order.
    pub fn writes(&self) -> impl Iterator<Item = &Place> {
        self.effects.iter().filter_map(|effect| if let Effect::Write { to, .. } = effect { Some(to) } else { None })
    }

    /// Writes after a call whose target may call back.
    pub fn late_writes(&self) -> impl Iterator<Item = &Place> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Write { to, after } if !after.is_empty() => Some(to),
            _ => None,
        })
    }

    /// Targets called, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Place> {
        self.effects.iter().filter_map(|effect| if let Effect::Call { to, .. } = effect { Some(to) } else { None })
    }

    fn add_effects(&mut self, program: &Program, known: &FunctionFacts) {
        let acts = |call: &usize| known.calls.get(*call).is_some_and(|call| !call.is_view);
        let locks: Vec<&Slot> = known.effects.iter().filter_map(|effect| locking(&effect.kind)).collect();
        let is_given_back = |slot: &Slot| locks.iter().filter(|lock| **lock == slot).count() > 1;
        for effect in &known.effects {
            let place = |name: String| Place { name, span: effect.site.span };
            match &effect.kind {
                EffectKind::Read(slot) => self.reads.push(place(slot.name(program))),
                // A lock that is taken and given back says nothing of what the function is for; one that is kept is state.
                EffectKind::Write { slot, is_lock: true, .. } if is_given_back(slot) => {}
                EffectKind::Create | EffectKind::SelfDestruct(_) => {}
                EffectKind::Write { slot, .. } => {
                    let after = effect.after.iter().copied().filter(acts).collect();
                    self.effects.push(Effect::Write { to: place(slot.name(program)), after });
                }
                EffectKind::Call(id) => {
                    let Some(call) = known.calls.get(*id) else { continue };
                    self.effects.push(Effect::Call { to: place(target(call)), id: *id, acts: !call.is_view });
                }
                EffectKind::Emit(event) => self.events.push(place(event.clone())),
            }
        }
    }

    fn add_conditions(&mut self, program: &Program, known: &FunctionFacts, span: Span) {
        let own = |place: &Site| place.file == 0 && span.contains_span(place.span);
        for failure in &known.failures {
            let site = failure.site.span;
            let modifier = self.modifiers.iter().find(|modifier| modifier.span == site);
            if own(&failure.place) {
                let asked = failure.condition.clone().map(|name| Place { name, span: failure.place.span });
                let error = failure.message.as_deref().and_then(error_name);
                self.conditions.extend(asked.map(|asked| Condition { asked, error }));
            } else if let Some(modifier) = modifier {
                let is_said = |guard: &Guard| guard.kind != GuardKind::Condition && guard.site.span == site;
                if !known.guards.iter().any(is_said) {
                    self.conditions.push(Condition { asked: modifier.clone(), error: None });
                }
            } else if own(&failure.site) {
                let text = program.snippet(failure.site);
                let callee = text.split(['(', '{']).next().unwrap_or_default().trim().to_owned();
                self.deeper_conditions.push(Place { name: callee, span: site });
            }
        }
    }
}

/// The slot of a lock that is written.
fn locking(kind: &EffectKind) -> Option<&Slot> {
    if let EffectKind::Write { slot, is_lock: true, .. } = kind { Some(slot) } else { None }
}

/// A guard by the name of its modifier, or by what it asks for.
fn guard(guard: &Guard) -> Place {
    Place { name: guard.via.clone().unwrap_or_else(|| guard.text.clone()), span: guard.site.span }
}

fn target(call: &ExternalCall) -> String {
    match &call.function {
        Some(function) => format!("{}.{function}", call.target),
        None => call.target.clone(),
    }
}

/// `NotOwner` of `NotOwner(msg.sender)`; a message of words has no name.
fn error_name(message: &str) -> Option<String> {
    let name = message.split('(').next().unwrap_or_default().trim();
    let is_word = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '$' | '.');
    let is_name = name.chars().all(is_word) && name.starts_with(|first: char| !first.is_ascii_digit());
    is_name.then(|| name.to_owned())
}
