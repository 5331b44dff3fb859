//! Drafts that no model writes. Names and types leave few bodies open for a getter, a setter or a call that is passed on, and projects
//! are full of pairs; so the likeliest are sketched from the scope and from the functions nearby, and then stand beside the model's
//! drafts: the same verdict, the same calls, and the model says how likely it finds them. The name is Solar-Lezama's ("Program
//! Synthesis by Sketching", 2008), the holes here are filled by words and types.

mod acts;
mod analogy;
mod asks;
mod reach;
mod tell;
mod words;

use crate::{grammar::TypedScope, names::Scope as Names};
use reach::Asked;
use solwright_analysis::{Program, ir::Mutability, program::FunctionId};
use solwright_syntax::FunctionStub;
use std::collections::HashSet;
use words::{Topic, identifiers};

pub use words::words;

/// Sketches of one stub that are worth a look.
const MOST: usize = 12;
/// What fits less is a guess.
const LEAST_FIT: f64 = 0.25;

/// A body that names and types suggest.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Its statements, each on lines of its own.
    pub body: String,
    /// How well its words fit the stub's; 1 is all of them.
    pub fit: f64,
}

impl Sketch {
    fn new(body: String, fit: f64) -> Self {
        Self { body, fit }
    }
}

/// The likeliest bodies for a function, best first. `function` is the stub in `program`, `scope` what it can name by types, and `names`
/// everything that the file names.
pub fn sketches(
    program: &Program,
    function: FunctionId,
    scope: &TypedScope,
    names: &Names,
    stub: &FunctionStub,
) -> Vec<Sketch> {
    let tree = program.function(function);
    let typed = |name: &String| scope.values.iter().find(|value| value.path.len() == 1 && value.path[0] == *name);
    let params: Vec<_> =
        tree.params.iter().filter_map(|param| Some((param.name.clone(), typed(&param.name)?.ty.clone()))).collect();
    let topic = Topic::of(stub, params.iter().map(|(name, _)| name.as_str()));
    let knows_sender = tree.mutability != Mutability::Pure;
    let asked = Asked { scope, topic, params, knows_sender };
    let mut all = analogy::analogies(&asked, program, function, names);
    all.extend(if tree.is_mutating() { acts::acts(&asked) } else { asks::asks(&asked) });
    all.retain(|sketch| sketch.fit >= LEAST_FIT);
    all.sort_by(|a, b| b.fit.total_cmp(&a.fit).then_with(|| a.body.len().cmp(&b.body.len())));
    let mut seen = HashSet::new();
    all.retain(|sketch| seen.insert(sketch.body.split_whitespace().collect::<String>()));
    all.truncate(MOST);
    all
}

/// How well what a function's body names fits the words of the stub, 0 to 1, by the name that fits best. Its own parameters fit any body.
pub fn fit_of(stub: &FunctionStub, code: &str) -> f64 {
    let topic = Topic::of(stub, std::iter::empty());
    let own: HashSet<&str> = identifiers(&stub.signature).collect();
    let body = code.split_once('{').map_or("", |(_, body)| body);
    let named = identifiers(body).filter(|name| !own.contains(name));
    named.map(|name| topic.fit(&words::words(name))).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
