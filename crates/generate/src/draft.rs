//! A draft: the tokens of one candidate while it is written, with the session that can go back to any of them.

use crate::engine::{Desk, EngineError};
use solwright_model::{Cancel, ModelError, Sampler, Sampling, Session};
use std::time::{Duration, Instant};

/// One candidate while it is written.
pub struct Draft {
    session: Session,
    sampler: Sampler,
    prompt_length: usize,
    tokens: Vec<u32>,
    /// Of each token, in nats; `None` where the token was forced.
    log_probabilities: Vec<Option<f64>>,
    /// Of the next token.
    logits: Vec<f32>,
    /// Tokens the model wrote, those that were taken back included.
    pub written: usize,
    /// Time spent on writing them.
    pub decoding: Duration,
}

/// What bounds a stretch of writing.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most tokens of the stretch.
    pub tokens: usize,
    /// Wall-clock end.
    pub deadline: Instant,
    /// Whether the model may end the stretch; else its end tokens are drawn anew.
    pub may_end: bool,
}

impl Draft {
    /// A draft that begins after `prompt`.
    ///
    /// # Errors
    /// When the prompt does not fit or the work is cancelled.
    pub fn begin(
        mut session: Session,
        prompt: &[u32],
        sampling: Sampling,
        cancel: &Cancel,
    ) -> Result<Self, EngineError> {
        let logits = session.prefill(prompt, cancel)?;
        Ok(Self::at_start(session, logits, prompt.len(), sampling))
    }

    /// Another draft after the same prompt, while nothing is written yet.
    pub fn sibling(&self, sampling: Sampling) -> Self {
        Self::at_start(self.session.fork(), self.logits.clone(), self.prompt_length, sampling)
    }

    /// Chooses the coming tokens in another way.
    pub fn sample_by(&mut self, sampling: Sampling) {
        self.sampler = Sampler::new(sampling);
    }

    /// Writes on until `listen` stops it, the model ends, or a limit is met. A piece that `listen` refuses is drawn anew.
    ///
    /// # Errors
    /// When the work is cancelled or the model fails; a full context ends the draft and is no error.
    pub fn write(
        &mut self,
        desk: &Desk<'_>,
        limits: Limits,
        mut listen: impl FnMut(&str) -> Heard,
        cancel: &Cancel,
    ) -> Result<(), EngineError> {
        let start = Instant::now();
        let result = self.write_on(desk, limits, &mut listen, cancel);
        self.decoding += start.elapsed();
        result
    }

    /// Appends `text` as if the model had written it.
    ///
    /// # Errors
    /// When it does not fit or the work is cancelled.
    pub fn force(&mut self, desk: &Desk<'_>, text: &str, cancel: &Cancel) -> Result<(), EngineError> {
        let tokens = desk.model.tokenizer().encode(text, true);
        if tokens.is_empty() {
            return Ok(());
        }
        self.logits = self.session.prefill(&tokens, cancel)?;
        self.log_probabilities.extend(tokens.iter().map(|_| None));
        self.tokens.extend(tokens);
        Ok(())
    }

    /// The text so far.
    pub fn text(&self, desk: &Desk<'_>) -> String {
        desk.model.tokenizer().decode(&self.tokens)
    }

    /// Takes back every token that reaches past the first `bytes` bytes of the text.
    ///
    /// # Errors
    /// When the model fails.
    pub fn cut(&mut self, desk: &Desk<'_>, bytes: usize) -> Result<(), EngineError> {
        let tokenizer = desk.model.tokenizer();
        let lengths: Vec<usize> = (0..=self.tokens.len()).collect();
        let kept = lengths.partition_point(|&n| tokenizer.decode(&self.tokens[..n]).len() <= bytes).saturating_sub(1);
        if kept == self.tokens.len() {
            return Ok(());
        }
        self.tokens.truncate(kept);
        self.log_probabilities.truncate(kept);
        // The logits after the last kept token come from feeding it once more.
        let length = self.prompt_length + kept;
        let last = self.session.tokens().get(length - 1).copied().unwrap_or_default();
        self.session.truncate(length - 1);
        self.logits = self.session.step(last)?;
        Ok(())
    }

    /// Mean log-probability of the tokens that the model chose, in nats.
    pub fn mean_log_probability(&self) -> f64 {
        let chosen: Vec<f64> = self.log_probabilities.iter().copied().flatten().collect();
        if chosen.is_empty() { f64::NEG_INFINITY } else { chosen.iter().sum::<f64>() / chosen.len() as f64 }
    }

    fn at_start(session: Session, logits: Vec<f32>, prompt_length: usize, sampling: Sampling) -> Self {
        Self {
            session,
            sampler: Sampler::new(sampling),
            prompt_length,
            tokens: Vec::new(),
            log_probabilities: Vec::new(),
            logits,
            written: 0,
            decoding: Duration::ZERO,
        }
    }

    fn write_on(
        &mut self,
        desk: &Desk<'_>,
        limits: Limits,
        listen: &mut dyn FnMut(&str) -> Heard,
        cancel: &Cancel,
    ) -> Result<(), EngineError> {
        let end = self.tokens.len() + limits.tokens;
        while self.tokens.len() < end && Instant::now() < limits.deadline {
            if cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            desk.let_urgent_pass();
            let Some(Choice { token, log_probability, heard }) = self.choose(desk, limits.may_end, listen) else {
                return Ok(());
            };
            self.logits = match self.session.step(token) {
                Ok(logits) => logits,
                Err(ModelError::ContextFull { .. }) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            self.tokens.push(token);
            self.log_probabilities.push(Some(log_probability));
            self.written += 1;
            if heard == Heard::Stop {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next token that `listen` takes; `None` where the model ends and may. When a few draws are refused the likeliest token that
    /// is taken stands; when there is none, the first one drawn, so that a filter that is wrong costs a repair and not the draft.
    fn choose(&mut self, desk: &Desk<'_>, may_end: bool, listen: &mut dyn FnMut(&str) -> Heard) -> Option<Choice> {
        const MOST_DRAWS: usize = 8;
        let tokenizer = desk.model.tokenizer();
        let total = log_sum_exp(&self.logits);
        let mut first = None;
        for _ in 0..MOST_DRAWS {
            let token = self.sampler.sample(&mut self.logits, &self.tokens);
            let logit = self.logits.get_mut(token as usize)?;
            let log_probability = f64::from(*logit) - total;
            if !tokenizer.is_stop(token) {
                let choice = Choice { token, log_probability, heard: listen(&tokenizer.decode(&[token])) };
                if choice.heard != Heard::Refused {
                    return Some(choice);
                }
                first.get_or_insert(choice);
            } else if may_end {
                return None;
            }
            *logit = f32::NEG_INFINITY;
        }
        self.likeliest(desk, total, listen).or(first)
    }

    /// The likeliest token that `listen` takes.
    fn likeliest(&self, desk: &Desk<'_>, total: f64, listen: &mut dyn FnMut(&str) -> Heard) -> Option<Choice> {
        const MOST_TRIED: usize = 2_000;
        let tokenizer = desk.model.tokenizer();
        let mut ranked: Vec<(u32, f32)> = (0..).zip(self.logits.iter().copied()).collect();
        ranked.retain(|&(token, logit)| logit > f32::NEG_INFINITY && !tokenizer.is_stop(token));
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().take(MOST_TRIED).find_map(|(token, logit)| {
            let heard = listen(&tokenizer.decode(&[token]));
            let choice = Choice { token, log_probability: f64::from(logit) - total, heard };
            (heard != Heard::Refused).then_some(choice)
        })
    }
}

/// What a listener makes of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It may stand.
    Taken,
    /// It may stand, and the stretch ends with it.
    Stop,
    /// It may not stand here.
    Refused,
}

struct Choice {
    token: u32,
    log_probability: f64,
    heard: Heard,
}

/// ln Σ exp(logits), shifted by the largest so that nothing overflows.
fn log_sum_exp(logits: &[f32]) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&logit| f64::from(logit - largest).exp()).sum();
    f64::from(largest) + sum.ln()
}
