//! What a completion may say: the grammar of the body around the cursor, typed where the body can be analysed.

use crate::grammar::{Constraint, TypedScope, Vocabulary};
use solwright_analysis::{Program, project::Sources};
use solwright_syntax::{Document, Span};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

/// What holds a completion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// The types of what its scope can reach.
    Typed,
    /// The syntax of a body.
    Untyped,
    /// Nothing.
    #[default]
    None,
}

/// The constraint at a cursor, and what stands around it in the body.
pub struct Guard {
    /// How much it says.
    pub held: Held,
    /// At the cursor, or before the word that it cuts.
    pub constraint: Constraint,
    start: Constraint,
    before: String,
    after: String,
}

/// The grammar of the body that somebody types in, kept from one key to the next.
#[derive(Default)]
pub struct Bodies(Mutex<Option<(u64, Constraint)>>);

impl Guard {
    /// Whether `text` may stand between what is before and after the cursor.
    pub fn fits(&self, text: &str) -> bool {
        self.start.joins(&self.before, text, &self.after)
    }
}

impl Bodies {
    /// What holds a completion that begins at byte `from` and must meet what stands from `to` on; none outside of bodies.
    pub fn guard(&self, vocabulary: &Arc<Vocabulary>, sources: &Sources, from: usize, to: usize) -> Option<Guard> {
        let text = &*sources.main().text;
        let body = body_at(&Document::parse(text), from, to)?;
        let (before, after) = (text[body.start + 1..from].to_owned(), text[to..body.end].to_owned());
        let typed = || self.typed(vocabulary, sources, body);
        let untyped = || Constraint::untyped(Arc::clone(vocabulary)).ok();
        let at = |start: Constraint| Some((start.after(&before)?, start));
        let found = typed().and_then(at).map(|found| (Held::Typed, found));
        let (held, (constraint, start)) = found.or_else(|| Some((Held::Untyped, untyped().and_then(at)?)))?;
        Some(Guard { held, constraint, start, before, after })
    }

    /// The typed constraint at the start of a body.
    fn typed(&self, vocabulary: &Arc<Vocabulary>, sources: &Sources, body: Span) -> Option<Constraint> {
        let mut emptied = sources.main().text.to_string();
        emptied.replace_range(body.range(), "{}");
        let mut key = DefaultHasher::new();
        (&emptied, body.start, Arc::as_ptr(vocabulary)).hash(&mut key);
        sources.files[1..].iter().for_each(|file| file.text.hash(&mut key));
        let key = key.finish();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kept)) = last.as_ref().filter(|(known, _)| *known == key) {
            return Some(kept.fork());
        }
        let program = Program::build(&sources.with_main(&emptied));
        let function = program.function_at(body.start)?;
        let fresh = Constraint::new(Arc::clone(vocabulary), Arc::new(TypedScope::of(&program, function))).ok()?;
        *last = Some((key, fresh.fork()));
        Some(fresh)
    }
}

/// The body that holds the cursor.
fn body_at(document: &Document, from: usize, to: usize) -> Option<Span> {
    let functions = document.functions().into_iter().filter(|function| function.is_complete);
    let mut bodies = functions.filter_map(|function| function.body);
    bodies.find(|body| body.start < from && to < body.end)
}
