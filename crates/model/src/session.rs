//! A sequence of tokens that the model has read, and goes on from.

use std::sync::Arc;

use crate::Logits;
use crate::cancel::Cancel;
use crate::error::{ModelError, Result};
use crate::network::{KvCache, Network, NewTokens};

/// The tokens read so far with their keys and values. A call that fails leaves the session as it was.
pub struct Session {
    model: Arc<Network>,
    cache: KvCache,
    tokens: Vec<u32>,
}

/// Tokens that a session of a batch is to read.
pub struct Reading<'a> {
    /// Who reads.
    pub session: &'a mut Session,
    /// What it reads.
    pub tokens: &'a [u32],
    /// Whether the logits after each token are wanted, not only after the last.
    pub every: bool,
}

impl Session {
    /// Rows of one forward pass: bounds its memory, and how long a cancel goes unread.
    pub const MOST_ROWS: usize = 128;

    /// Reads `tokens`; gives the logits of what follows the last one.
    pub fn prefill(&mut self, tokens: &[u32], cancel: &Cancel) -> Result<Logits> {
        self.check(tokens)?;
        let before = self.len();
        let result = self.read_chunks(tokens, cancel);
        match result {
            Ok(_) => self.tokens.extend_from_slice(tokens),
            Err(_) => self.cache.truncate(before),
        }
        result
    }

    /// Makes the session hold exactly `tokens`: keeps the longest common prefix, forgets the rest, reads what is new. The
    /// last token is read anew even when it is known, because its logits are asked for.
    pub fn resume(&mut self, tokens: &[u32], cancel: &Cancel) -> Result<Logits> {
        let same = self.tokens.iter().zip(tokens).take_while(|(known, asked)| known == asked).count();
        self.truncate(same.min(tokens.len().saturating_sub(1)));
        self.prefill(&tokens[self.len()..], cancel)
    }

    /// Reads one token; gives the logits of what follows it.
    pub fn step(&mut self, token: u32) -> Result<Logits> {
        self.prefill(&[token], &Cancel::new())
    }

    /// Reads `tokens`, at most a dozen to be fast; gives the logits of what follows each of them.
    pub fn verify(&mut self, tokens: &[u32], cancel: &Cancel) -> Result<Vec<Logits>> {
        let logits = Session::read_together(&mut [Reading { session: self, tokens, every: true }], cancel)?;
        Ok(logits.into_iter().flatten().collect())
    }

    /// Reads the tokens of each session in a single pass over the weights; gives for each, in the same order, the logits of what
    /// follows the last token, or each of them.
    pub fn read_together(batch: &mut [Reading<'_>], cancel: &Cancel) -> Result<Vec<Vec<Logits>>> {
        let Some(first) = batch.first() else { return Ok(Vec::new()) };
        let model = first.session.model.clone();
        for Reading { session, tokens, .. } in batch.iter() {
            session.check(tokens)?;
            if !Arc::ptr_eq(&session.model, &model) {
                return Err(ModelError::BatchMismatch);
            }
        }
        let rows = batch.iter_mut().map(|Reading { session, tokens, every }| NewTokens {
            tokens,
            cache: &mut session.cache,
            every: *every,
        });
        let logits = model.forward(rows.collect(), cancel)?;
        for Reading { session, tokens, .. } in batch {
            session.tokens.extend_from_slice(tokens);
        }
        Ok(logits)
    }

    /// Forgets all but the first `length` tokens.
    pub fn truncate(&mut self, length: usize) {
        self.cache.truncate(length);
        self.tokens.truncate(length);
    }

    /// A session that has read the same tokens and goes its own way. Keys and values are copied when one of the two
    /// reads on, not before.
    pub fn fork(&self) -> Session {
        Session { model: self.model.clone(), cache: self.cache.clone(), tokens: self.tokens.clone() }
    }

    /// The tokens read.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// The number of tokens read.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// How many more tokens fit.
    pub fn room(&self) -> usize {
        self.model.config().context - self.len()
    }

    /// Bytes that its keys and values take when nobody shares them.
    pub fn bytes(&self) -> usize {
        let config = self.model.config();
        2 * size_of::<u16>() * config.layers * config.kv_width() * self.len()
    }

    pub(crate) fn new(model: Arc<Network>) -> Session {
        Session { cache: model.cache(), model, tokens: Vec::new() }
    }

    fn read_chunks(&mut self, tokens: &[u32], cancel: &Cancel) -> Result<Logits> {
        let mut logits = Logits::new();
        for tokens in tokens.chunks(Session::MOST_ROWS) {
            let new = NewTokens { tokens, cache: &mut self.cache, every: false };
            logits = self.model.forward(vec![new], cancel)?.into_iter().flatten().next().unwrap_or_default();
        }
        Ok(logits)
    }

    /// Everything that can be wrong with `tokens`, before any work is done for them.
    pub fn check(&self, tokens: &[u32]) -> Result<()> {
        let (vocabulary, limit) = (self.model.config().vocabulary, self.model.config().context);
        if tokens.is_empty() {
            return Err(ModelError::EmptyPrompt);
        }
        if let Some(&id) = tokens.iter().find(|id| **id as usize >= vocabulary) {
            return Err(ModelError::UnknownToken { id, vocabulary });
        }
        let needed = self.len().saturating_add(tokens.len());
        if needed > limit {
            return Err(ModelError::ContextFull { needed, limit });
        }
        Ok(())
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Fixture, Quantization};
    use crate::{DeviceChoice, Model, ModelSource};

    #[test]
    fn more_tokens_than_the_context_holds_are_refused() {
        let (model, never) = (model(10), Cancel::new());
        let mut session = model.session();
        session.prefill(&[1; 8], &never).unwrap();
        let error = session.prefill(&[2; 3], &never).unwrap_err();
        assert!(matches!(error, ModelError::ContextFull { needed: 11, limit: 10 }));
        assert_eq!((session.len(), session.room()), (8, 2));
        session.prefill(&[2; 2], &never).unwrap();
        assert!(matches!(session.step(1), Err(ModelError::ContextFull { .. })));
    }

    #[test]
    fn tokens_outside_of_the_vocabulary_are_refused() {
        let mut session = model(64).session();
        assert!(matches!(session.step(270), Err(ModelError::UnknownToken { id: 270, vocabulary: 270 })));
        assert!(matches!(session.prefill(&[1, u32::MAX], &Cancel::new()), Err(ModelError::UnknownToken { .. })));
        assert!(matches!(session.prefill(&[], &Cancel::new()), Err(ModelError::EmptyPrompt)));
        assert!(session.is_empty());
    }

    #[test]
    fn a_cancelled_prompt_leaves_the_session_as_it_was() {
        let model = model(512);
        let mut session = model.session();
        let before = session.prefill(&[1, 2, 3], &Cancel::new()).unwrap();
        let raised = Cancel::new();
        raised.cancel();
        assert!(matches!(session.prefill(&[7; 300], &raised), Err(ModelError::Cancelled)));
        assert_eq!(session.tokens(), [1, 2, 3]);
        assert_eq!(session.resume(&[1, 2, 3], &Cancel::new()).unwrap().len(), before.len());
    }

    #[test]
    fn a_batch_is_of_one_model_and_all_its_tokens_are_known() {
        let (model, stranger, never) = (model(64), model(64), Cancel::new());
        let (mut first, mut second, mut other) = (model.session(), model.session(), stranger.session());
        let mut read = |second: &mut Session, tokens: [&[u32]; 2]| {
            let first = Reading { session: &mut first, tokens: tokens[0], every: false };
            let second = Reading { session: second, tokens: tokens[1], every: false };
            Session::read_together(&mut [first, second], &never)
        };
        assert!(matches!(read(&mut second, [&[1], &[]]), Err(ModelError::EmptyPrompt)));
        assert!(matches!(read(&mut other, [&[1], &[2]]), Err(ModelError::BatchMismatch)));
        assert!(matches!(read(&mut second, [&[1], &[999]]), Err(ModelError::UnknownToken { .. })));
        assert_eq!(read(&mut second, [&[1], &[2, 3]]).unwrap().len(), 2);
        assert!(Session::read_together(&mut [], &never).unwrap().is_empty());
        assert_eq!((first.tokens(), second.tokens()), (&[1][..], &[2, 3][..]));
    }

    fn model(context: usize) -> Model {
        let fixture = Fixture { layers: 1, context, ..Fixture::new(Quantization::Q8_0) };
        Model::load(ModelSource::Bytes(fixture.leak()), DeviceChoice::Cpu).unwrap()
    }
}
