//! Facts from one keystroke to the next: what an edit does not touch is not walked again.
//!
//! The facts of a function follow from the bodies that the walk enters and from every declaration. A walk writes down which bodies
//! it read; as long as those texts and all declarations are the same, its facts are the same but for their places, which have moved
//! with their functions.

use super::{FunctionFacts, walk::Walker};
use crate::{
    ir::Function,
    program::{ContractId, FunctionId, Place, Program},
};
use solwright_syntax::Span;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{LazyLock, Mutex, PoisonError},
};

/// Walks that are kept; those that were not asked for since as many others came are forgotten.
const MAX_WALKS: usize = 2_048;

static WALKS: LazyLock<Mutex<Walks>> = LazyLock::new(Mutex::default);

/// The facts of a program's functions, walked when the last walk no longer holds.
#[derive(Debug)]
pub struct FactsCache<'a> {
    program: &'a Program,
    declarations: u64,
}

/// Two generations of walks.
#[derive(Default)]
struct Walks {
    young: HashMap<Key, Walk>,
    old: HashMap<Key, Walk>,
}

type Key = (u64, Option<ContractId>, FunctionId);

struct Walk {
    /// The functions of the main file whose bodies were read.
    read: Vec<Read>,
    facts: FunctionFacts,
}

struct Read {
    function: FunctionId,
    hash: u64,
    span: Span,
}

impl<'a> FactsCache<'a> {
    /// The cache for `program`.
    pub fn new(program: &'a Program) -> Self {
        let mut hasher = DefaultHasher::new();
        program.hashes().skip(1).for_each(|hash| hash.hash(&mut hasher));
        hash_code(program.text(0), &bodies(program), &mut hasher);
        Self { program, declarations: hasher.finish() }
    }

    /// Facts of a function as `contract` runs it; the same as those of [`super::facts_in`].
    pub fn facts_in(&self, contract: Option<ContractId>, function: FunctionId) -> FunctionFacts {
        let key = (self.declarations, contract, function);
        if let Some(facts) = WALKS.lock().unwrap_or_else(PoisonError::into_inner).get(&key, self.program) {
            return facts;
        }
        let (facts, read) = Walker::run(self.program, contract, function);
        let read = read.into_iter().filter(|&id| self.program.function_file(id) == 0);
        let read =
            read.map(|id| Read { function: id, hash: hash_of(self.program, id), span: self.program.function(id).span });
        let walk = Walk { read: read.collect(), facts: facts.clone() };
        WALKS.lock().unwrap_or_else(PoisonError::into_inner).insert(key, walk);
        facts
    }
}

impl Walks {
    fn get(&mut self, key: &Key, program: &Program) -> Option<FunctionFacts> {
        if let Some(walk) = self.old.remove(key) {
            self.insert(*key, walk);
        }
        let walk = self.young.get(key)?;
        walk.read.iter().all(|read| read.hash == hash_of(program, read.function)).then(|| walk.facts_now(program))
    }

    fn insert(&mut self, key: Key, walk: Walk) {
        if self.young.len() >= MAX_WALKS {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, walk);
    }
}

impl Walk {
    /// The facts with every place where its function stands now.
    fn facts_now(&self, program: &Program) -> FunctionFacts {
        let mut facts = self.facts.clone();
        let moved: Vec<(Span, usize)> = self
            .read
            .iter()
            .map(|read| (read.span, program.function(read.function).span.start))
            .filter(|(was, now)| was.start != *now)
            .collect();
        if !moved.is_empty() {
            facts.each_place(&mut |place| {
                let home = moved.iter().filter(|_| place.file == 0).find(|(was, _)| was.contains_span(place.span));
                if let Some((was, now)) = home {
                    let start = place.span.start - was.start + now;
                    place.span = Span::new(start, start + place.span.len());
                }
            });
        }
        facts
    }
}

impl FunctionFacts {
    /// Every place that the facts name.
    fn each_place(&mut self, see: &mut impl FnMut(&mut Place)) {
        self.params.iter_mut().for_each(|param| see(&mut param.place));
        let guards = self.access.iter_mut().chain(&mut self.reentrancy_guard).chain(&mut self.guards);
        guards.for_each(|guard| {
            see(&mut guard.place);
            see(&mut guard.site);
        });
        for effect in &mut self.effects {
            see(&mut effect.place);
            see(&mut effect.site);
        }
        for call in &mut self.calls {
            see(&mut call.place);
            see(&mut call.site);
        }
        for failure in &mut self.failures {
            see(&mut failure.place);
            see(&mut failure.site);
        }
        for randomness in &mut self.randomness {
            see(&mut randomness.place);
            see(&mut randomness.site);
        }
        self.loops.iter_mut().chain(&mut self.values_in_loops).for_each(&mut *see);
        self.returns.iter_mut().for_each(|(place, _)| see(place));
    }
}

fn hash_of(program: &Program, id: FunctionId) -> u64 {
    let mut hasher = DefaultHasher::new();
    program.function(id).span.text(program.text(program.function_file(id))).hash(&mut hasher);
    hasher.finish()
}

/// What of the main file is no declaration: bodies, and members that do not parse.
fn bodies(program: &Program) -> Vec<Span> {
    let damage: Vec<Span> = program.file(0).damage.iter().map(|(span, _)| *span).collect();
    let functions: Vec<&Function> = program.main_functions().map(|id| program.function(id)).collect();
    let mut spans: Vec<Span> = Vec::new();
    for function in &functions {
        let Some(body) = function.body.as_ref().and_then(|body| body.span) else { continue };
        // Of a damaged function the declaration alone was read.
        let member = damage.iter().find(|member| member.contains_span(function.name_span));
        spans.push(Span::new(body.start, member.map_or(body.end, |member| member.end.max(body.end))));
    }
    let holds_function = |span: &Span| functions.iter().any(|function| span.contains_span(function.name_span));
    spans.extend(damage.iter().copied().filter(|span| !holds_function(span)));
    spans.sort();
    spans
}

/// Hashes what stands between `left_out`, without white space and comments, which move without meaning anything.
fn hash_code(text: &str, left_out: &[Span], hasher: &mut DefaultHasher) {
    let mut at = 0;
    for span in left_out {
        if span.start >= at {
            words(&text[at..span.start], hasher);
            // A body that is there is not a body that is missing.
            hasher.write_u8(0);
        }
        at = at.max(span.end);
    }
    words(text.get(at..).unwrap_or_default(), hasher);
}

fn words(text: &str, hasher: &mut DefaultHasher) {
    for word in solwright_syntax::code_tokens(text) {
        word.hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::facts_in, project::Sources};

    const TEXT: &str = "contract Base { modifier only() { require(msg.sender == owner); _; } address owner; }
contract A is Base {
    mapping(address => uint256) public balances; uint256 total;
    function pay(address to, uint256 amount) external only { _move(to, amount); (bool ok,) = to.call{value: amount}(\"\"); require(ok); }
    function _move(address to, uint256 amount) internal { balances[msg.sender] -= amount; balances[to] += amount; }
    function sum(uint256[] calldata all) external returns (uint256 s) { for (uint256 i; i < all.length; i++) { s += all[i]; } total = s; return s; }
    function draw() external view returns (uint256) { return uint256(keccak256(abi.encode(block.timestamp))) % 7; }
}
";

    /// Facts of every function, as text.
    fn told(program: &Program, facts: impl Fn(Option<ContractId>, FunctionId) -> FunctionFacts) -> Vec<String> {
        program.main_functions().map(|id| format!("{:?}", facts(program.function_contract(id), id))).collect()
    }

    #[test]
    fn cached_facts_are_those_of_a_new_walk_whatever_is_typed() {
        let pieces =
            ["", " ", "total = 1; ", "// x\n", "uint256 fresh; ", "}", "{", "require(total > 0); ", "\"", "to", ";"];
        let mut random = 7u64;
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % below
        };
        let mut text = TEXT.to_owned();
        for step in 0..300 {
            if step % 12 == 0 {
                text = TEXT.to_owned();
            }
            let at = next(text.len() + 1);
            text.replace_range(at..(at + next(3)).min(text.len()), pieces[next(pieces.len())]);
            let program = Program::build(&Sources::of_text("A.sol", &text));
            let cache = FactsCache::new(&program);
            let fresh = told(&program, |contract, id| facts_in(&program, contract, id));
            assert_eq!(told(&program, |contract, id| cache.facts_in(contract, id)), fresh, "step {step}\n{text}");
        }
    }
}
