//! The constraint on one body while it is written, token by token.

use super::{
    build::{Local, Locals},
    grammars::Grammars,
    reader::declarations,
    rules::MOST_LOCALS,
    scope::Scope,
    vocabulary::{GrammarError, Vocabulary},
};
use crate::statement::Braces;
use llguidance::{Matcher, toktrie::SimpleVob};
use std::sync::Arc;

/// What ends a body that must return and does not.
pub const REVERT: &str = "revert();";

const INDENT: &str = "    ";

/// What a body may become, from after its opening brace to its closing one.
pub struct Constraint {
    grammars: Arc<Grammars>,
    locals: Locals,
    matcher: Matcher,
    tokens: Vec<u32>,
    text: Vec<u8>,
    /// Times that the grammar was made.
    pub builds: usize,
}

impl Constraint {
    /// A constraint at the start of a body.
    ///
    /// # Errors
    /// When the scope's grammar cannot be used.
    pub fn new(vocabulary: Arc<Vocabulary>, scope: Arc<Scope>) -> Result<Self, GrammarError> {
        Self::start(vocabulary, Some(scope))
    }

    /// A constraint by syntax alone, at the start of a body.
    ///
    /// # Errors
    /// When the vocabulary cannot be used.
    pub fn untyped(vocabulary: Arc<Vocabulary>) -> Result<Self, GrammarError> {
        Self::start(vocabulary, None)
    }

    fn start(vocabulary: Arc<Vocabulary>, scope: Option<Arc<Scope>>) -> Result<Self, GrammarError> {
        let grammars = Arc::new(Grammars::new(vocabulary, scope));
        let locals = Locals::default();
        let matcher = grammars.matcher(&locals)?;
        Ok(Self { grammars, locals, matcher, tokens: Vec::new(), text: Vec::new(), builds: 1 })
    }

    /// The same constraint at the same place, independent of this one.
    pub fn fork(&self) -> Self {
        Self {
            grammars: Arc::clone(&self.grammars),
            locals: self.locals.clone(),
            matcher: self.matcher.deep_clone(),
            tokens: self.tokens.clone(),
            text: self.text.clone(),
            builds: self.builds,
        }
    }

    /// The tokens that may come next.
    ///
    /// # Errors
    /// When nothing may, or the matcher gave up.
    pub fn mask(&mut self) -> Result<SimpleVob, GrammarError> {
        self.matcher.compute_mask().map_err(refused)
    }

    /// Takes a token; false when it may not stand here, and then nothing has changed.
    pub fn push(&mut self, token: u32) -> bool {
        match self.matcher.try_consume_tokens(&[token]) {
            Ok(1) => {}
            _ => return false,
        }
        let bytes = self.grammars.vocabulary.trie().token(token);
        let ends_word = bytes.iter().any(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        self.tokens.push(token);
        self.text.extend_from_slice(bytes);
        if !ends_word || self.learn().is_ok() {
            return true;
        }
        self.tokens.pop();
        self.text.truncate(self.text.len() - self.grammars.vocabulary.trie().token(token).len());
        let _ = self.replay();
        false
    }

    /// Takes as much of a text as may stand here, its declarations known at once; says how many bytes that is.
    pub(super) fn read(&mut self, text: &str) -> usize {
        let before = self.text.len();
        let tokens = self.grammars.vocabulary.trie().greedy_tokenize(text.as_bytes());
        self.text.extend_from_slice(text.as_bytes());
        if self.note_declarations() && self.replay().is_err() {
            return 0;
        }
        let taken = self.matcher.try_consume_tokens(&tokens).unwrap_or(0);
        self.tokens.extend(&tokens[..taken]);
        self.text.truncate(before + self.grammars.vocabulary.trie().decode_raw(&tokens[..taken]).len());
        self.text.len() - before
    }

    /// The scope; none where the syntax alone holds.
    pub(super) fn scope(&self) -> Option<&Scope> {
        self.grammars.scope.as_deref()
    }

    /// Goes back to the first `count` tokens.
    ///
    /// # Errors
    /// When they do not match any more, which would be a bug.
    pub fn truncate(&mut self, count: usize) -> Result<(), GrammarError> {
        if count >= self.tokens.len() {
            return Ok(());
        }
        let dropped = self.tokens.len() - count;
        self.tokens.truncate(count);
        self.text =
            self.tokens.iter().flat_map(|token| self.grammars.vocabulary.trie().token(*token).to_vec()).collect();
        let before = std::mem::take(&mut self.locals);
        self.note_declarations();
        // A grammar that knows a name too many would let it be said.
        if self.locals == before && self.matcher.rollback(dropped).is_ok() { Ok(()) } else { self.replay() }
    }

    /// Whether nothing can follow because the body is whole.
    pub fn is_finished(&self) -> bool {
        self.matcher.is_stopped() && !self.matcher.is_error()
    }

    /// Whether the body is whole.
    pub fn is_whole(&mut self) -> bool {
        self.is_finished() || self.matcher.is_accepting().unwrap_or(false)
    }

    /// Names of values, which need nothing after them.
    pub(super) fn leaves(&self) -> Vec<String> {
        let values = self.grammars.scope.iter().flat_map(|scope| &scope.values);
        let plain = values.filter(|value| value.ty.is_value() && value.path.len() == 1);
        let words = ["true", "false"].into_iter().map(str::to_owned);
        plain.map(|value| value.path[0].clone()).chain(words).collect()
    }

    /// The body so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// Tokens so far.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// The body cut after the last statement where it can be closed, and closed there; for a body that finds no end.
    pub fn closed(&self) -> Option<String> {
        const MOST_TRIED: usize = 24;
        let text = self.text();
        let fresh = self.grammars.matcher(&self.locals).ok()?;
        let ends = text.rmatch_indices([';', '{', '}']).map(|(at, _)| at + 1).chain([0]);
        ends.take(MOST_TRIED).find_map(|end| {
            let kept = &text[..end];
            let mut braces = Braces::open(1);
            if braces.read(kept).is_some() {
                return None;
            }
            let closing: String =
                (1..braces.depth()).rev().map(|depth| format!("\n{}}}", INDENT.repeat(depth as usize))).collect();
            let whole = [format!("{kept}{closing}\n}}"), format!("{kept}{closing}\n{INDENT}{REVERT}\n}}")];
            whole.into_iter().find(|whole| {
                let tokens = self.grammars.vocabulary.trie().greedy_tokenize(whole.as_bytes());
                let mut matcher = fresh.deep_clone();
                let taken = matcher.try_consume_tokens(&tokens).unwrap_or(0);
                let ended = matcher.is_stopped() && !matcher.is_error() || matcher.is_accepting().unwrap_or(false);
                taken == tokens.len() && ended
            })
        })
    }

    /// Bytes that must come next.
    pub fn forced(&mut self) -> Vec<u8> {
        self.matcher.compute_ff_bytes()
    }

    /// Makes names that were just declared part of the grammar.
    fn learn(&mut self) -> Result<(), GrammarError> {
        if self.note_declarations() { self.replay() } else { Ok(()) }
    }

    /// Whether something new is declared.
    fn note_declarations(&mut self) -> bool {
        let text = String::from_utf8_lossy(&self.text).into_owned();
        let mut changed = false;
        let Some(scope) = &self.grammars.scope else { return false };
        for declared in declarations(&text) {
            let Some(ty) = scope.type_of(&declared.ty) else { continue };
            let at = self.locals.all.iter().position(|local| local.name == declared.name && local.ty == ty);
            let at = at.unwrap_or_else(|| {
                changed = true;
                self.locals.all.push(Local { name: declared.name.clone(), ty });
                self.locals.all.len() - 1
            });
            let Some(slots) = declared.tuple else { continue };
            let last = |name: &String| self.locals.all.iter().rposition(|local| local.name == *name);
            let mut pattern: Vec<Option<usize>> = slots.iter().map(|slot| slot.as_ref().and_then(last)).collect();
            if let Some(slot) = pattern.last_mut() {
                *slot = Some(at);
            }
            if !self.locals.tuples.contains(&pattern) {
                changed = true;
                self.locals.tuples.push(pattern);
            }
        }
        self.locals.all.truncate(MOST_LOCALS);
        changed
    }

    fn replay(&mut self) -> Result<(), GrammarError> {
        self.builds += 1;
        self.matcher = self.grammars.matcher(&self.locals)?;
        let taken = self.matcher.try_consume_tokens(&self.tokens).map_err(refused)?;
        if taken == self.tokens.len() { Ok(()) } else { Err(GrammarError::Refused("a replay stopped".to_owned())) }
    }
}

impl std::fmt::Debug for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Constraint").field("text", &self.text()).finish_non_exhaustive()
    }
}

fn refused(error: anyhow::Error) -> GrammarError {
    GrammarError::Refused(error.to_string())
}
