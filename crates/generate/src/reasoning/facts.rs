//! What the analyser proves of a function, as far as sentences speak of it.

use solwright_analysis::{
    Program,
    facts::{self, EffectKind, ExternalCall, FunctionFacts, Guard, GuardKind},
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
    Write(Place),
    /// A call leaves the contract.
    Call {
        /// Whom it calls.
        to: Place,
        /// Whether the called code may change state, and so call back.
        acts: bool,
    },
}

/// What the analyser proves of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names of the parameters.
    pub parameters: Vec<String>,
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
    /// Conditions without which it reverts.
    pub conditions: Vec<Place>,
}

impl Effect {
    /// The variable written, or the target called.
    pub fn name(&self) -> &str {
        match self {
            Self::Write(place) | Self::Call { to: place, .. } => &place.name,
        }
    }

    /// Where it happens.
    pub fn span(&self) -> Span {
        match self {
            Self::Write(place) | Self::Call { to: place, .. } => place.span,
        }
    }
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
        let own = |place: &solwright_analysis::program::Place| place.file == 0 && span.contains_span(place.span);
        let named = |name: String, place: solwright_analysis::program::Place| Place { name, span: place.span };
        let mut facts = Self {
            parameters: known.params.iter().map(|param| param.name.clone()).filter(|name| !name.is_empty()).collect(),
            guards: known.access.iter().filter(|guard| guard.kind == GuardKind::Caller).map(guard).collect(),
            modifiers: program
                .function(known.function)
                .modifiers
                .iter()
                .filter_map(|call| Some(Place { name: call.path.last()?.clone(), span: call.span }))
                .collect(),
            locks: known.reentrancy_guard.iter().map(guard).collect(),
            ..Self::default()
        };
        for effect in &known.effects {
            match &effect.kind {
                EffectKind::Read(slot) => facts.reads.push(named(slot.name(program), effect.site)),
                EffectKind::Write { slot, .. } => {
                    facts.effects.push(Effect::Write(named(slot.name(program), effect.site)));
                }
                EffectKind::Call(index) => {
                    let Some(call) = known.calls.get(*index) else { continue };
                    facts.effects.push(Effect::Call { to: named(target(call), effect.site), acts: !call.is_view });
                }
                EffectKind::Emit(event) => facts.events.push(named(event.clone(), effect.site)),
                EffectKind::Create | EffectKind::SelfDestruct(_) => {}
            }
        }
        for failure in known.failures.iter().filter(|failure| own(&failure.place)) {
            facts.conditions.extend(failure.condition.clone().map(|condition| named(condition, failure.place)));
        }
        facts
    }
}

/// A guard by the name of its modifier, or by what it asks for.
fn guard(guard: &Guard) -> Place {
    Place { name: guard.via.clone().unwrap_or_else(|| guard.text.clone()), span: guard.place.span }
}

fn target(call: &ExternalCall) -> String {
    match &call.function {
        Some(function) => format!("{}.{function}", call.target),
        None => call.target.clone(),
    }
}
