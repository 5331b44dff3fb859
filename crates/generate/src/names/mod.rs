//! Names: a draft may only use what is in scope. An undeclared identifier, the commonest mistake of a weak model, is refused while
//! it is written, token by token, instead of by the compiler afterwards.
//!
//! The filter reads text, not a tree: it knows where a name may be declared (after a type), where a member follows (after a dot),
//! and which names an `emit` or a `revert` may take. What it cannot decide it lets pass; solc has the last word.

mod claims;
mod scope;
mod stages;

pub use claims::ClaimFilter;
pub use scope::Scope;
pub use stages::StageFilter;

use scope::{DATA_LOCATIONS, KEYWORDS, UNITS};
use std::sync::Arc;

/// Reads a body as it is written and refuses names that are not in scope. A clone tries a continuation.
#[derive(Clone, Debug)]
pub struct NameFilter {
    scope: Arc<Scope>,
    locals: Vec<String>,
    state: State,
    /// The word that is being written.
    word: String,
    /// What stands before it.
    before: Before,
    /// The word before the last dot.
    object: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Code,
    Text(char),
    Escape(char),
    LineComment,
    BlockComment(bool),
}

/// The last token before a word.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Before {
    Sign(char),
    Word(String),
}

/// What may stand at a place.
enum Wanted<'a> {
    /// Any name: a declaration or a member that is not looked up.
    Any,
    /// One of these.
    OneOf(Vec<&'a str>),
}

impl NameFilter {
    /// A filter at the start of a body.
    pub fn new(scope: Arc<Scope>) -> Self {
        let before = Before::Sign('{');
        Self { scope, locals: Vec::new(), state: State::Code, word: String::new(), before, object: String::new() }
    }

    /// Reads on; false when a name in `text`, or the one that it leaves unfinished, cannot stand there.
    pub fn read(&mut self, text: &str) -> bool {
        text.chars().all(|sign| self.step(sign)) && self.may_go_on()
    }

    fn step(&mut self, sign: char) -> bool {
        match self.state {
            State::Code => return self.code(sign),
            State::Text(quote) if sign == quote => self.state = State::Code,
            State::Text(quote) if sign == '\\' => self.state = State::Escape(quote),
            State::Escape(quote) => self.state = State::Text(quote),
            State::LineComment if sign == '\n' => self.state = State::Code,
            State::BlockComment(true) if sign == '/' => self.state = State::Code,
            State::BlockComment(_) => self.state = State::BlockComment(sign == '*'),
            State::Text(_) | State::LineComment => {}
        }
        true
    }

    fn code(&mut self, sign: char) -> bool {
        if sign.is_alphanumeric() || sign == '_' || sign == '$' {
            self.word.push(sign);
            return true;
        }
        if !self.word.is_empty() && !self.finish() {
            return false;
        }
        if sign.is_whitespace() {
            return true;
        }
        match (sign, &self.before) {
            ('(', Before::Word(word)) if self.is_value(word) => return false,
            ('"' | '\'', _) => self.state = State::Text(sign),
            ('/', Before::Sign('/')) => self.state = State::LineComment,
            ('*', Before::Sign('/')) => self.state = State::BlockComment(false),
            ('.', Before::Word(word)) => self.object.clone_from(word),
            ('.', Before::Sign(sign)) => self.object = sign.to_string(),
            _ => {}
        }
        if sign != '.' && sign != '(' {
            self.object.clear();
        }
        self.before = Before::Sign(sign);
        true
    }

    /// Ends the word; false when it cannot stand where it stands.
    fn finish(&mut self) -> bool {
        let word = std::mem::take(&mut self.word);
        let fits = match self.wanted() {
            Wanted::Any => true,
            Wanted::OneOf(names) => {
                is_number(&word) && !matches!(self.before, Before::Word(_)) || names.contains(&word.as_str())
            }
        };
        if fits && self.declares() && !DATA_LOCATIONS.contains(&word.as_str()) {
            self.locals.push(word.clone());
        }
        self.before = Before::Word(word);
        fits
    }

    /// Whether the unfinished word can become one that fits.
    fn may_go_on(&self) -> bool {
        self.word.is_empty()
            || match self.wanted() {
                Wanted::Any => true,
                Wanted::OneOf(names) => {
                    is_number(&self.word) && !matches!(self.before, Before::Word(_))
                        || names.iter().any(|name| name.starts_with(self.word.as_str()))
                }
            }
    }

    fn wanted(&self) -> Wanted<'_> {
        match &self.before {
            Before::Sign('.') => Wanted::OneOf(self.scope.members(&self.object)),
            Before::Sign(']') => Wanted::OneOf(DATA_LOCATIONS.to_vec()),
            Before::Sign(_) => Wanted::OneOf(self.usable()),
            Before::Word(word) => match word.as_str() {
                "emit" => Wanted::OneOf(self.scope.events.iter().map(String::as_str).collect()),
                "revert" => Wanted::OneOf(self.scope.errors.iter().map(String::as_str).collect()),
                "new" => Wanted::OneOf(self.scope.types.iter().map(String::as_str).collect()),
                _ if self.declares() => Wanted::Any,
                _ if is_number(word) => Wanted::OneOf(UNITS.to_vec()),
                _ if KEYWORDS.contains(&word.as_str()) => Wanted::OneOf(self.usable()),
                _ => Wanted::OneOf(Vec::new()),
            },
        }
    }

    /// Whether the place is one where a local gets its name: after a type or a data location.
    fn declares(&self) -> bool {
        let Before::Word(word) = &self.before else { return false };
        DATA_LOCATIONS.contains(&word.as_str()) || self.scope.is_type(word)
    }

    /// Whether the word names a value, which cannot be called; a member of the same name may be another thing.
    fn is_value(&self, word: &str) -> bool {
        self.object.is_empty() && (self.scope.values.contains(word) || self.locals.iter().any(|local| local == word))
    }

    fn usable(&self) -> Vec<&str> {
        let scope = self.scope.names.iter().chain(&self.scope.types).map(String::as_str);
        scope.chain(self.locals.iter().map(String::as_str)).chain(KEYWORDS.iter().copied()).collect()
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|sign: char| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests;
