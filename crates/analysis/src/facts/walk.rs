//! The walk itself: which function runs, in whose name, and where what it does is written down.

use super::{
    Effect, EffectKind, FunctionFacts, GuardKind, ParamFacts, Slot,
    guard::is_access,
    state::{State, join},
    value::{Origin, Taint, Value},
};
use crate::{
    ir::{Block, Function, FunctionKind, Location, Variable},
    program::{ContractId, FunctionId, Place, Program, Ty},
};
use solwright_syntax::Span;
use std::collections::HashMap;

/// Statements and expressions that one walk may visit.
const MAX_STEPS: usize = 24_000;
/// Effects that one walk may write down.
const MAX_EFFECTS: usize = 4_096;
/// Calls that may be nested.
const MAX_FRAMES: usize = 14;

/// One walk over one function.
pub(super) struct Walker<'a> {
    pub program: &'a Program,
    /// The most derived contract, whose overrides are called.
    pub root: Option<ContractId>,
    pub facts: FunctionFacts,
    pub frames: Vec<Frame<'a>>,
    /// What assembly has put into memory.
    pub memory: Taint,
    /// Whether assembly of the modifier at hand asked who calls.
    pub asked_caller: bool,
    pub loop_depth: usize,
    /// Whether a loop is walked again, so that its end lies before its beginning.
    pub is_second_round: bool,
    /// The condition that the next `revert` stands below, negated.
    pub because: Option<String>,
    /// Functions whose bodies were looked at.
    pub read: Vec<FunctionId>,
    known: HashMap<(Place, Place, &'static str), usize>,
    steps: usize,
}

/// A function or modifier that runs.
pub(super) struct Frame<'a> {
    pub id: FunctionId,
    pub file: usize,
    /// The contract that declares it.
    pub contract: Option<ContractId>,
    /// The place in the function under analysis that led here; `None` in that function itself.
    pub site: Option<Place>,
    /// What `_` stands for, in a modifier.
    placeholder: Option<Layer<'a>>,
    /// What is known where it returned early.
    pub returned: Option<State<'a>>,
    /// What it returned.
    pub results: Vec<Value>,
    /// What is known where a loop was left early, innermost loop last.
    pub breaks: Vec<Option<State<'a>>>,
}

/// A function with some of its modifiers already entered.
struct Layer<'a> {
    function: FunctionId,
    modifiers_entered: usize,
    site: Option<Place>,
    locals: Vec<(&'a str, Value)>,
    results: Vec<Value>,
}

impl<'a> Walker<'a> {
    /// Walks a function; its facts, and the functions whose bodies they follow from.
    pub fn run(program: &'a Program, root: Option<ContractId>, id: FunctionId) -> (FunctionFacts, Vec<FunctionId>) {
        let function = program.function(id);
        let file = program.function_file(id);
        let mut walker = Self {
            program,
            root,
            facts: blank(program, root, id),
            frames: Vec::new(),
            memory: Taint::NONE,
            asked_caller: false,
            loop_depth: 0,
            is_second_round: false,
            because: None,
            read: vec![id],
            known: HashMap::new(),
            steps: 0,
        };
        let mut state = State::default();
        let contract = program.function_contract(id);
        for (index, param) in function.params.iter().enumerate() {
            let ty = program.ty(file, contract, &param.ty);
            let mut value = Value::with_origin(ty, Taint::PARAM, Origin::Param(index));
            value.params = 1 << index.min(31);
            value.slot = storage_pointer(param);
            state.declare(&param.name, value);
        }
        declare_results(program, file, contract, function, &mut state);
        let end = if function.kind == FunctionKind::Modifier {
            walker.frames.push(frame(program, id, None, None));
            let end = function.body.as_ref().and_then(|body| walker.block(body, state));
            let frame = walker.frames.pop();
            join(end, frame.and_then(|frame| frame.returned))
        } else {
            walker
                .layer(
                    Layer { function: id, modifiers_entered: 0, site: None, locals: Vec::new(), results: Vec::new() },
                    state,
                )
                .0
        };
        walker.finish(end)
    }

    fn finish(mut self, end: Option<State<'a>>) -> (FunctionFacts, Vec<FunctionId>) {
        use super::GuardKind::{Caller, Initializer, Signature};
        // A function that never ends otherwise has the guards that hold at everything it does.
        let at_end: Vec<usize> = match &end {
            Some(state) => state.guards(),
            None => self.facts.effects.last().map(|effect| effect.guards.clone()).unwrap_or_default(),
        };
        let is_access = |index: &usize| matches!(self.facts.guards[*index].kind, Caller | Signature | Initializer);
        let mut access: Vec<usize> = at_end.into_iter().filter(is_access).collect();
        access.sort_unstable();
        self.facts.access = access.into_iter().map(|index| self.facts.guards[index].clone()).collect();
        self.facts.reentrancy_guard =
            self.facts.guards.iter().find(|guard| guard.kind == super::GuardKind::Lock).cloned();
        self.facts.truncated |= self.steps > MAX_STEPS;
        (self.facts, self.read)
    }

    /// Notes that what is said follows from the body of this function.
    pub fn note_read(&mut self, id: FunctionId) {
        if !self.read.contains(&id) {
            self.read.push(id);
        }
    }

    /// Counts one step; `false` when there are no more.
    pub fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MAX_STEPS
    }

    /// Runs a function from an internal call.
    pub fn enter(
        &mut self,
        id: FunctionId,
        args: Vec<Value>,
        place: Place,
        mut state: State<'a>,
    ) -> (Option<State<'a>>, Value) {
        let program = self.program;
        let function = program.function(id);
        let is_running = self.frames.iter().any(|frame| frame.id == id);
        if is_running || self.frames.len() >= MAX_FRAMES || self.steps > MAX_STEPS || function.body.is_none() {
            self.facts.truncated |= function.body.is_some() && !is_running;
            return self.assumed(id, &args, place, state);
        }
        self.note_read(id);
        let (file, contract) = (program.function_file(id), program.function_contract(id));
        let callers = std::mem::take(&mut state.locals);
        for (param, arg) in function.params.iter().zip(args) {
            let keep = param.location == Some(Location::Storage);
            let mut value = arg.cast(program.ty(file, contract, &param.ty));
            if !keep {
                value.slot = None;
            }
            state.declare(&param.name, value);
        }
        declare_results(program, file, contract, function, &mut state);
        let site = Some(self.site_of(place));
        let layer = Layer { function: id, modifiers_entered: 0, site, locals: Vec::new(), results: Vec::new() };
        let (end, results) = self.layer(layer, state);
        let end = end.map(|state| State { locals: callers, ..state });
        (end, packed(results))
    }

    /// Runs what is left of a function: its next modifier, or its body.
    fn layer(&mut self, layer: Layer<'a>, state: State<'a>) -> (Option<State<'a>>, Vec<Value>) {
        let program: &'a Program = self.program;
        let function: &'a Function = program.function(layer.function);
        let Some(call) = function.modifiers.get(layer.modifiers_entered) else {
            return self.body(layer, function, state);
        };
        let next = Layer { modifiers_entered: layer.modifiers_entered + 1, ..layer };
        // Modifiers of the function under analysis stand in it; their arguments are its own.
        self.frames.push(frame(program, next.function, next.site, None));
        let place = self.place(call.span);
        let mut state = state;
        let mut args = Vec::new();
        for arg in &call.args {
            let (after, value) = self.eval(arg, state);
            state = after;
            args.push(value);
        }
        self.frames.pop();
        let name = call.path.last().map(String::as_str).unwrap_or_default();
        let found = self.root.or_else(|| program.function_contract(next.function)).and_then(|root| {
            program.find_modifier(root, name).or_else(|| {
                let home = program.function_contract(next.function)?;
                program.find_modifier(home, name)
            })
        });
        found.iter().for_each(|&id| self.note_read(id));
        let lock = self.guard_by_name(found, name, place, next.site, &mut state);
        let body = found.map(|id| (id, program.function(id))).and_then(|(id, f)| Some((id, f, f.body.as_ref()?)));
        let Some((id, modifier, body)) = body else {
            // A modifier whose text is not at hand, or the constructor of a base.
            let (end, results) = self.layer(next, state);
            return (end.map(|state| without(state, lock)), results);
        };
        if self.frames.len() >= MAX_FRAMES || self.frames.iter().any(|frame| frame.id == id) {
            return self.layer(next, state);
        }
        self.modifier(id, modifier, body, args, place, next, lock, state)
    }

    #[allow(clippy::too_many_arguments)]
    fn modifier(
        &mut self,
        id: FunctionId,
        modifier: &'a Function,
        body: &'a Block,
        args: Vec<Value>,
        place: Place,
        next: Layer<'a>,
        lock: Option<usize>,
        mut state: State<'a>,
    ) -> (Option<State<'a>>, Vec<Value>) {
        let locals = std::mem::take(&mut state.locals);
        for (param, arg) in modifier.params.iter().zip(args) {
            state.declare(&param.name, arg);
        }
        let site = next.site.or(Some(place));
        let results = next.results.clone();
        let mut frame = frame(self.program, id, site, Some(Layer { locals: locals.clone(), ..next }));
        frame.results = results;
        self.frames.push(frame);
        self.asked_caller = false;
        let end = self.block(body, state);
        let Some(frame) = self.frames.pop() else { return (None, Vec::new()) };
        let end = join(end, frame.returned).map(|state| State { locals, ..without(state, lock) });
        (end, frame.results)
    }

    fn body(&mut self, layer: Layer<'a>, function: &'a Function, state: State<'a>) -> (Option<State<'a>>, Vec<Value>) {
        let Some(body) = &function.body else { return (Some(state), Vec::new()) };
        self.frames.push(frame(self.program, layer.function, layer.site, None));
        let end = self.block(body, state);
        let named: Vec<Value> = match &end {
            Some(state) => {
                function.returns.iter().map(|result| state.local(&result.name).cloned().unwrap_or_default()).collect()
            }
            None => Vec::new(),
        };
        let Some(frame) = self.frames.pop() else { return (end, named) };
        (join(end, frame.returned), merged(frame.results, named))
    }

    /// `_;`
    pub fn placeholder(&mut self, mut state: State<'a>) -> Option<State<'a>> {
        self.trust_assembly(&mut state);
        let Some(Layer { function, modifiers_entered, site, locals, .. }) =
            self.frames.last_mut().and_then(|frame| frame.placeholder.take())
        else {
            return Some(state);
        };
        let own = std::mem::replace(&mut state.locals, locals.clone());
        let layer = Layer { function, modifiers_entered, site, locals: Vec::new(), results: Vec::new() };
        let (end, results) = self.layer(layer, state);
        if let Some(frame) = self.frames.last_mut() {
            frame.results = results;
            frame.placeholder = Some(Layer { function, modifiers_entered, site, locals, results: Vec::new() });
        }
        end.map(|state| State { locals: own, ..state })
    }

    /// A modifier that is named for a check of the caller, and whose assembly asks for the caller, makes that check.
    fn trust_assembly(&mut self, state: &mut State<'a>) {
        let Some(frame) = self.frames.last().filter(|_| self.asked_caller && state.access.is_none()) else { return };
        let modifier = self.program.function(frame.id);
        if is_access(&modifier.name) {
            let place = self.place(modifier.name_span);
            self.add_guard(GuardKind::Caller, modifier.name.clone(), place, state);
        }
    }

    pub fn place(&self, span: Span) -> Place {
        Place { file: self.frames.last().map_or(0, |frame| frame.file), span }
    }

    /// The place in the function under analysis that stands for `place`.
    pub fn site_of(&self, place: Place) -> Place {
        self.frames.last().and_then(|frame| frame.site).unwrap_or(place)
    }

    /// The contract whose declarations the code at hand sees.
    pub fn home(&self) -> Option<ContractId> {
        self.frames.last().and_then(|frame| frame.contract)
    }

    /// Writes an effect down, once for each place and way.
    pub fn record(&mut self, kind: EffectKind, place: Place, state: &State<'a>) {
        let (tag, is_element) = match &kind {
            EffectKind::Read(slot) => ("read", slot.is_element),
            EffectKind::Write { slot, .. } => ("write", slot.is_element),
            EffectKind::Call(_) => ("call", false),
            EffectKind::Emit(_) => ("emit", false),
            EffectKind::Create => ("create", false),
            EffectKind::SelfDestruct(_) => ("selfdestruct", false),
        };
        let site = self.site_of(place);
        let after = state.calls();
        if let Some(&at) = self.known.get(&(place, site, tag)) {
            // In the next round of a loop another element is written, so what came before does not matter to it.
            if !(self.is_second_round && is_element) {
                let known = &mut self.facts.effects[at];
                known.after.extend(after.into_iter().filter(|call| !known.after.contains(call)).collect::<Vec<_>>());
                let guards = state.guards();
                known.guards.retain(|guard| guards.contains(guard));
            }
            return;
        }
        if self.facts.effects.len() >= MAX_EFFECTS {
            self.facts.truncated = true;
            return;
        }
        self.known.insert((place, site, tag), self.facts.effects.len());
        let text = self.program.snippet(place);
        self.facts.effects.push(Effect { kind, place, site, text, guards: state.guards(), after });
    }

    /// The call already written down at this place, if any.
    pub fn known_call(&self, place: Place) -> Option<usize> {
        let at = *self.known.get(&(place, self.site_of(place), "call"))?;
        match self.facts.effects[at].kind {
            EffectKind::Call(index) => Some(index),
            _ => None,
        }
    }
}

fn frame<'a>(program: &Program, id: FunctionId, site: Option<Place>, placeholder: Option<Layer<'a>>) -> Frame<'a> {
    Frame {
        id,
        file: program.function_file(id),
        contract: program.function_contract(id),
        site,
        placeholder,
        returned: None,
        results: Vec::new(),
        breaks: Vec::new(),
    }
}

fn without(mut state: State<'_>, guard: Option<usize>) -> State<'_> {
    state.guards.retain(|known| Some(*known) != guard);
    state
}

/// A slot that is not known yet, for a variable that points into storage.
pub(super) fn storage_pointer(variable: &Variable) -> Option<Slot> {
    let is_pointer = variable.location == Some(Location::Storage);
    is_pointer.then_some(Slot { variable: None, field: None, is_element: true, is_own: false })
}

fn declare_results<'a>(
    program: &Program,
    file: usize,
    contract: Option<ContractId>,
    function: &'a Function,
    state: &mut State<'a>,
) {
    for result in &function.returns {
        let mut value = Value::of(program.ty(file, contract, &result.ty));
        value.slot = storage_pointer(result);
        state.declare(&result.name, value);
    }
}

fn merged(explicit: Vec<Value>, named: Vec<Value>) -> Vec<Value> {
    if explicit.is_empty() {
        return named;
    }
    let joined = explicit.into_iter().enumerate().map(|(at, value)| match named.get(at) {
        Some(other) if other.ty != Ty::Unknown && other.taint != Taint::NONE => value.join(other),
        _ => value,
    });
    joined.collect()
}

fn packed(mut results: Vec<Value>) -> Value {
    match results.len() {
        1 => results.remove(0),
        _ => {
            let mut tuple = Value::made_of(Ty::Tuple(results.iter().map(|value| value.ty.clone()).collect()), &results);
            tuple.parts = results;
            tuple
        }
    }
}

fn blank(program: &Program, root: Option<ContractId>, id: FunctionId) -> FunctionFacts {
    let function = program.function(id);
    let file = program.function_file(id);
    let param = |param: &Variable| ParamFacts {
        name: param.name.clone(),
        ty: program.snippet(Place { file, span: param.ty.span }),
        place: Place { file, span: param.span },
        is_checked: false,
        is_used: false,
    };
    let is_library = program.function_contract(id).is_some_and(|contract| program.is_library(contract));
    FunctionFacts {
        function: id,
        contract: root,
        name: function.name.clone(),
        visibility: function.visibility,
        mutability: function.mutability,
        is_entry: function.is_external() && function.is_mutating() && !is_library,
        params: function.params.iter().map(param).collect(),
        access: Vec::new(),
        reentrancy_guard: None,
        guards: Vec::new(),
        effects: Vec::new(),
        calls: Vec::new(),
        failures: Vec::new(),
        randomness: Vec::new(),
        loops: Vec::new(),
        values_in_loops: Vec::new(),
        returns: Vec::new(),
        truncated: false,
    }
}
