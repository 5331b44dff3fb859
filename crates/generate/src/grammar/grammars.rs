//! The grammars of one function's body, by what it has declared so far; drafts of the function share them. Without a scope there is one,
//! of the syntax alone.

use super::{
    build::{Build, Locals},
    scope::Scope,
    vocabulary::{GrammarError, Vocabulary},
};
use llguidance::Matcher;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Grammars that are kept; drafts of one function seldom declare more than a few names apiece.
const MOST_KEPT: usize = 64;

/// What a body is made of, whatever its names mean.
const SYNTAX: &str = include_str!("../../../../grammars/body.lark");

/// Makes each grammar once.
pub struct Grammars {
    pub(super) vocabulary: Arc<Vocabulary>,
    pub(super) scope: Option<Arc<Scope>>,
    made: Mutex<HashMap<Locals, Matcher>>,
}

impl Grammars {
    /// No grammar yet.
    pub fn new(vocabulary: Arc<Vocabulary>, scope: Option<Arc<Scope>>) -> Self {
        Self { vocabulary, scope, made: Mutex::default() }
    }

    /// A matcher at the start of a body.
    ///
    /// # Errors
    /// When the scope's grammar cannot be used.
    pub fn matcher(&self, locals: &Locals) -> Result<Matcher, GrammarError> {
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matcher) = made().get(locals) {
            return Ok(matcher.deep_clone());
        }
        // Drafts seldom declare the same at the same time, and none waits for another's grammar.
        let nothing = || GrammarError::Grammar("nothing can be written".to_owned());
        let matcher = match &self.scope {
            Some(scope) => self.vocabulary.matcher(&Build::grammar(scope, locals).ok_or_else(nothing)?)?,
            None => self.vocabulary.matcher(SYNTAX)?,
        };
        let mut made = made();
        if made.len() < MOST_KEPT {
            made.insert(locals.clone(), matcher.deep_clone());
        }
        Ok(matcher)
    }
}
