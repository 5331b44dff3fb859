//! A model's tokens as llguidance wants them. Made once for each model: it takes a while at large vocabularies.

use llguidance::{Matcher, ParserFactory, api::TopLevelGrammar, toktrie};
use solwright_model::Tokenizer;
use std::sync::Arc;
use toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};

/// Why there is no constraint.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GrammarError {
    /// llguidance did not take the tokens.
    #[error("the model's vocabulary cannot constrain: {0}")]
    Vocabulary(String),
    /// llguidance did not take the grammar.
    #[error("the scope's grammar cannot be used: {0}")]
    Grammar(String),
    /// What stands in the body already is not what the grammar says.
    #[error("the body cannot go on: {0}")]
    Refused(String),
}

/// A vocabulary that can constrain.
pub struct Vocabulary {
    factory: ParserFactory,
    env: TokEnv,
}

impl Vocabulary {
    /// The vocabulary of a model's tokenizer.
    ///
    /// # Errors
    /// When llguidance does not take it.
    pub fn of(tokenizer: &Tokenizer) -> Result<Arc<Self>, GrammarError> {
        let size = u32::try_from(tokenizer.vocabulary()).unwrap_or(u32::MAX);
        let word = |id: u32| {
            let bytes = tokenizer.token_bytes(id);
            let control = tokenizer.is_control(id) || tokenizer.is_stop(id);
            if control { [&[TokTrie::SPECIAL_TOKEN_MARKER], bytes].concat() } else { bytes.to_vec() }
        };
        let words: Vec<Vec<u8>> = (0..size).map(word).collect();
        let end = tokenizer.eos().or_else(|| (0..size).find(|id| tokenizer.is_stop(*id))).unwrap_or(0);
        Self::new(&words, end)
    }

    /// A vocabulary of words, the one at `end` being what ends a text.
    ///
    /// # Errors
    /// When llguidance does not take it.
    pub fn new(words: &[Vec<u8>], end: u32) -> Result<Arc<Self>, GrammarError> {
        let size = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let trie = TokTrie::from(&TokRxInfo::new(size, end), words);
        let env: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        // What free text is made of: masks of names, strings and comments are put together from these.
        let slices = [
            r"[A-Za-z0-9_]{1,10}",
            r"[A-Za-z0-9_]{1,23}",
            r"[A-Za-z0-9 _,.:;!()-]{1,30}",
            r"[A-Za-z0-9 _,.:;!()-]+",
            r"[ -~]{1,40}",
        ];
        let failed = |error: anyhow::Error| GrammarError::Vocabulary(error.to_string());
        let mut factory = ParserFactory::new(&env, Default::default(), &slices.map(str::to_owned)).map_err(failed)?;
        factory.quiet();
        // A contract of a thousand names has long rows at the start of a statement, and no row grows without end.
        let limits = factory.limits_mut();
        limits.max_items_in_row = 100_000;
        limits.step_max_items = 2_000_000;
        limits.initial_lexer_fuel = 50_000_000;
        limits.step_lexer_fuel = 20_000_000;
        Ok(Arc::new(Self { factory, env }))
    }

    /// The words.
    pub fn trie(&self) -> &TokTrie {
        self.env.tok_trie()
    }

    /// A matcher of a grammar.
    pub(super) fn matcher(&self, grammar: &str) -> Result<Matcher, GrammarError> {
        let parser = self.factory.create_parser(TopLevelGrammar::from_lark(grammar.to_owned()));
        let matcher = Matcher::new(parser);
        match matcher.get_error() {
            Some(error) => Err(GrammarError::Grammar(error)),
            None => Ok(matcher),
        }
    }
}

impl std::fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vocabulary").field("size", &self.trie().vocab_size()).finish_non_exhaustive()
    }
}
