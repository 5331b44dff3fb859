//! A draft: the tokens of one candidate while it is written, with the session that can go back to any of them.

use crate::{
    engine::{EngineError, Reader},
    grammar::{Constraint, REVERT},
    lookup,
    nearby::Nearby,
    proposal::Spent,
};
use solwright_model::{Cancel, ModelError, Sampler, Sampling, Tokenizer};
use std::{collections::VecDeque, sync::Arc, time::Instant};

/// One candidate while it is written.
pub struct Draft {
    reader: Reader,
    sampler: Sampler,
    prompt_length: usize,
    tokens: Vec<u32>,
    /// Of each token, in nats; `None` where the token was forced.
    log_probabilities: Vec<Option<f64>>,
    /// Of the next token.
    logits: Vec<f32>,
    constraint: Option<Constrained>,
    nearby: Option<Arc<Nearby>>,
    guesses: bool,
    /// Tokens that were guessed and read beyond the last one, each with the logits of what follows it.
    guessed: VecDeque<(u32, Vec<f32>)>,
    /// What must be written first, because it stands there already.
    spelling: Vec<u8>,
    /// Tokens the model wrote, those that were taken back included.
    pub written: usize,
    /// Passes that this took.
    pub passes: usize,
    /// Time that the constraint and the passes took.
    pub spent: Spent,
}

/// Tokens of the context that are kept free for what closes a text.
const CLOSING_TOKENS: usize = 96;

/// What holds the tokens of a draft from one of them on.
struct Constrained {
    start: usize,
    constraint: Constraint,
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
    /// Tokens of one statement after which what closes it is preferred; a weak model finds no end to an expression.
    pub statement: usize,
    /// Least share of the model's probability that the constraint must leave, 0 to 1. Where it leaves less, what the model would write
    /// next cannot be said, and what it writes instead is noise.
    pub least_allowed: f64,
}

/// How a stretch of writing came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The listener or the model ended it, a limit was met, or nothing can follow.
    Ended,
    /// The constraint leaves too little of what the model would write.
    Astray,
}

/// Where the types leave less of the model's probability than this, it is astray.
pub const LEAST_ALLOWED: f64 = 0.03;

/// What is added to the logits of what closes a statement that is too long.
const HURRY: f32 = 4.0;

impl Draft {
    /// A draft that begins after `prompt`.
    ///
    /// # Errors
    /// When the prompt does not fit or the work is cancelled.
    pub fn begin(mut reader: Reader, prompt: &[u32], sampling: Sampling, cancel: &Cancel) -> Result<Self, EngineError> {
        let logits = reader.read(prompt, cancel)?;
        Ok(Self::at_start(reader, logits, prompt.len(), sampling))
    }

    /// Another draft after the same prompt, while nothing is written yet.
    pub fn sibling(&self, sampling: Sampling) -> Self {
        Self::at_start(self.reader.fork(), self.logits.clone(), self.prompt_length, sampling)
    }

    /// Chooses the coming tokens in another way.
    pub fn sample_by(&mut self, sampling: Sampling) {
        self.sampler = Sampler::new(sampling);
    }

    /// Lets the constraint decide which tokens may follow.
    pub fn constrain(&mut self, constraint: Constraint) {
        self.constraint = Some(Constrained { start: self.tokens.len(), constraint });
    }

    /// Whether a constraint decides.
    pub fn is_constrained(&self) -> bool {
        self.constraint.is_some()
    }

    /// Lets the code nearby have its say from here on.
    pub fn look_around(&mut self, nearby: Arc<Nearby>) {
        self.nearby = Some(nearby);
    }

    /// Guesses from here on what comes next by what was read, and reads several tokens in one pass. What is written stays the same.
    pub fn guess(&mut self) {
        self.guesses = true;
    }

    /// Lets only tokens stand that spell `text` first. A word that the cursor cuts is written again from its start, for its part may be
    /// another token than the whole begins with.
    pub fn spell(&mut self, text: &str) {
        text.as_bytes().clone_into(&mut self.spelling);
    }

    /// Writes on until `listen` stops it, the model ends, or a limit is met. A piece that `listen` refuses is drawn anew.
    ///
    /// # Errors
    /// When the work is cancelled or the model fails; a full context ends the draft and is no error.
    pub fn write(
        &mut self,
        limits: Limits,
        mut listen: impl FnMut(&str) -> Heard,
        cancel: &Cancel,
    ) -> Result<End, EngineError> {
        self.write_on(limits, &mut listen, cancel)
    }

    /// Appends `text` as if the model had written it.
    ///
    /// # Errors
    /// When it does not fit or the work is cancelled.
    pub fn force(&mut self, text: &str, cancel: &Cancel) -> Result<(), EngineError> {
        let tokens = self.tokenizer().encode(text, true);
        if tokens.is_empty() {
            return Ok(());
        }
        self.forget_guesses();
        self.logits = self.reader.read(&tokens, cancel)?;
        if let Some(Constrained { constraint, .. }) = &mut self.constraint
            && !tokens.iter().all(|token| constraint.push(*token))
        {
            self.constraint = None;
        }
        self.log_probabilities.extend(tokens.iter().map(|_| None));
        self.tokens.extend(tokens);
        Ok(())
    }

    /// How likely the model finds that these texts follow one after the other, before anything leads it: of each text the
    /// log-probabilities of its tokens, in nats.
    ///
    /// # Errors
    /// When they do not fit or the work is cancelled.
    pub fn likelihood(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<Vec<f64>>, EngineError> {
        /// Logits of so many tokens are held at once.
        const AT_ONCE: usize = 64;
        let mut reader = self.reader.fork();
        let mut before = self.logits.clone();
        let mut likelihood = Vec::with_capacity(texts.len());
        for text in texts {
            let tokens = self.tokenizer().encode(text, true);
            let mut each = Vec::with_capacity(tokens.len());
            for tokens in tokens.chunks(AT_ONCE) {
                let after = reader.read_each(tokens, cancel)?;
                let of = |(token, logits): (&u32, &Vec<f32>)| f64::from(logits[*token as usize]) - log_sum_exp(logits);
                each.extend(tokens.iter().zip(std::iter::once(&before).chain(&after)).map(of));
                before = after.last().cloned().unwrap_or_default();
            }
            likelihood.push(each);
        }
        Ok(likelihood)
    }

    /// The text so far.
    pub fn text(&self) -> String {
        self.tokenizer().decode(&self.tokens)
    }

    /// Takes back every token that reaches past the first `bytes` bytes of the text.
    ///
    /// # Errors
    /// When the model fails.
    pub fn cut(&mut self, bytes: usize) -> Result<(), EngineError> {
        let desk = Arc::clone(&self.reader.desk);
        let tokenizer = desk.model.tokenizer();
        let lengths: Vec<usize> = (0..=self.tokens.len()).collect();
        let kept = lengths.partition_point(|&n| tokenizer.decode(&self.tokens[..n]).len() <= bytes).saturating_sub(1);
        if kept == self.tokens.len() {
            return Ok(());
        }
        self.tokens.truncate(kept);
        self.log_probabilities.truncate(kept);
        self.retract();
        self.guessed.clear();
        // The logits after the last kept token come from feeding it once more.
        let length = self.prompt_length + kept;
        let last = self.reader.tokens().get(length - 1).copied().unwrap_or_default();
        self.reader.truncate(length - 1);
        self.logits = self.reader.read(&[last], &Cancel::new())?;
        Ok(())
    }

    /// Ends a constrained text that is not whole, after the last statement where it can end; what must be returned then is written once
    /// more, and where that finds no end either the text ends with `revert()`.
    ///
    /// # Errors
    /// When the work is cancelled or the model fails.
    pub fn close(&mut self, deadline: Instant, cancel: &Cancel) -> Result<(), EngineError> {
        const RETURN_TOKENS: usize = 64;
        const RETURN_ATTEMPTS: usize = 6;
        const END: &str = "\n}";
        let Some(Constrained { constraint, .. }) = &mut self.constraint else { return Ok(()) };
        if constraint.is_whole() {
            return Ok(());
        }
        let Some(closed) = constraint.closed() else { return Ok(()) };
        let written = constraint.text().len();
        let head = self.text().len().saturating_sub(written);
        let Some(open) = closed.strip_suffix(&format!("{REVERT}{END}")) else {
            return self.replace(head, &closed, cancel);
        };
        for attempt in 1..=RETURN_ATTEMPTS {
            self.replace(head, &format!("{open}return"), cancel)?;
            let least_allowed = if attempt < RETURN_ATTEMPTS { LEAST_ALLOWED } else { 0.0 };
            let (tokens, statement) = (RETURN_TOKENS, RETURN_TOKENS / 4);
            let limits = Limits { tokens, deadline, may_end: false, statement, least_allowed };
            let listen = |piece: &str| if piece.contains(';') { Heard::Stop } else { Heard::Taken };
            if self.write(limits, listen, cancel)? == End::Ended {
                break;
            }
        }
        let mut ended = self.constraint.as_ref().map(|held| held.constraint.fork());
        let brace = self.tokenizer().encode(END, true);
        let ends = ended.as_mut().is_some_and(|ended| brace.iter().all(|token| ended.push(*token)) && ended.is_whole());
        if ends { self.force(END, cancel) } else { self.replace(head, &closed, cancel) }
    }

    /// Puts `text` in the place of everything from byte `head` on, and keeps the tokens that say the same.
    fn replace(&mut self, head: usize, text: &str, cancel: &Cancel) -> Result<(), EngineError> {
        let written = self.text();
        let common = written.bytes().skip(head).zip(text.bytes()).take_while(|(a, b)| a == b).count();
        self.cut(head + common)?;
        let kept = self.text().len().saturating_sub(head);
        self.force(text.get(kept..).unwrap_or_default(), cancel)
    }

    /// Mean log-probability of the tokens that the model chose, in nats.
    pub fn mean_log_probability(&self) -> f64 {
        let chosen: Vec<f64> = self.log_probabilities.iter().copied().flatten().collect();
        if chosen.is_empty() { f64::NEG_INFINITY } else { chosen.iter().sum::<f64>() / chosen.len() as f64 }
    }

    fn tokenizer(&self) -> &Tokenizer {
        self.reader.desk.model.tokenizer()
    }

    fn at_start(reader: Reader, logits: Vec<f32>, prompt_length: usize, sampling: Sampling) -> Self {
        Self {
            reader,
            sampler: Sampler::new(sampling),
            prompt_length,
            tokens: Vec::new(),
            log_probabilities: Vec::new(),
            logits,
            constraint: None,
            nearby: None,
            guesses: false,
            guessed: VecDeque::new(),
            spelling: Vec::new(),
            written: 0,
            passes: 0,
            spent: Spent::default(),
        }
    }

    /// Reads a token that was chosen; gives the logits of what follows it, which are known where it was guessed.
    fn advance(&mut self, token: u32, cancel: &Cancel) -> Result<Vec<f32>, EngineError> {
        if let Some((guess, logits)) = self.guessed.pop_front()
            && guess == token
        {
            return Ok(logits);
        }
        self.forget_guesses();
        self.passes += 1;
        if !self.guesses {
            return self.reader.read(&[token], cancel);
        }
        let mut tokens = self.reader.tokens().to_vec();
        tokens.push(token);
        let room = self.reader.desk.model.info().context_length.saturating_sub(tokens.len());
        let guesses = lookup::guess(&tokens);
        let tokens = [&[token], &guesses[..guesses.len().min(room)]].concat();
        let mut logits = self.reader.read_each(&tokens, cancel)?.into_iter();
        let next = logits.next().unwrap_or_default();
        self.guessed = tokens.into_iter().skip(1).zip(logits).collect();
        Ok(next)
    }

    /// What was read beyond the last token was not what came.
    fn forget_guesses(&mut self) {
        self.guessed.clear();
        self.reader.truncate(self.prompt_length + self.tokens.len());
    }

    fn write_on(
        &mut self,
        limits: Limits,
        listen: &mut dyn FnMut(&str) -> Heard,
        cancel: &Cancel,
    ) -> Result<End, EngineError> {
        let room = self.reader.desk.model.info().context_length.saturating_sub(self.prompt_length + CLOSING_TOKENS);
        let end = room.min(self.tokens.len() + limits.tokens);
        let mut statement = 0;
        while self.tokens.len() < end && Instant::now() < limits.deadline {
            if cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            if statement > limits.statement {
                self.hurry();
            }
            let Choice { token, log_probability, heard } = match self.choose(limits, listen) {
                Ok(choice) => choice,
                Err(end) => return Ok(end),
            };
            let start = Instant::now();
            let logits = self.advance(token, cancel);
            self.spent.passes += start.elapsed();
            self.logits = match logits {
                Ok(logits) => logits,
                Err(EngineError::Model(error)) if matches!(*error, ModelError::ContextFull { .. }) => {
                    self.retract();
                    return Ok(End::Ended);
                }
                Err(error) => return Err(error),
            };
            let bytes = self.reader.desk.model.tokenizer().token_bytes(token);
            self.spelling.drain(..bytes.len().min(self.spelling.len()));
            let ends = bytes.iter().any(|byte| b";{}".contains(byte));
            statement = if ends { 0 } else { statement + 1 };
            self.tokens.push(token);
            self.log_probabilities.push(Some(log_probability));
            self.written += 1;
            if heard == Heard::Stop {
                return Ok(End::Ended);
            }
        }
        Ok(End::Ended)
    }

    /// The next token that the constraint and `listen` take, or how the stretch ends there. The constraint is asked about the tokens that
    /// are drawn, and only after many refusals about all. When `listen` refuses a few draws the likeliest token that it takes stands; when
    /// there is none, the first one drawn, so that a filter that is wrong costs a repair and not the draft.
    fn choose(&mut self, limits: Limits, listen: &mut dyn FnMut(&str) -> Heard) -> Result<Choice, End> {
        const MOST_UNHEARD: usize = 8;
        const MOST_REFUSED: usize = 16;
        let desk = Arc::clone(&self.reader.desk);
        let tokenizer = desk.model.tokenizer();
        self.keep_spelling(tokenizer);
        let mut total = log_sum_exp(&self.logits);
        if let Some(nearby) = &self.nearby {
            total = nearby.blend(&self.tokens, &mut self.logits, total);
        }
        let mut first = None;
        let (mut unheard, mut refused, mut allowed) = (0, 0, 1.0);
        while unheard < MOST_UNHEARD && refused <= MOST_REFUSED {
            let token = self.sampler.sample(&mut self.logits, &self.tokens);
            let Some(&logit) = self.logits.get(token as usize).filter(|logit| **logit > f32::NEG_INFINITY) else {
                break;
            };
            let log_probability = f64::from(logit) - total;
            if limits.may_end && tokenizer.is_stop(token) {
                return Err(End::Ended);
            }
            if !self.admit(token) {
                refused += 1;
                allowed -= log_probability.exp();
                if allowed < limits.least_allowed {
                    return Err(End::Astray);
                }
                if refused == MOST_REFUSED {
                    self.mask(total, limits.least_allowed)?;
                }
            } else if !tokenizer.is_stop(token) {
                let choice = Choice { token, log_probability, heard: listen(&tokenizer.decode(&[token])) };
                if choice.heard != Heard::Refused {
                    return Ok(choice);
                }
                unheard += 1;
                first.get_or_insert(choice);
                self.retract();
            } else {
                unheard += 1;
            }
            self.logits[token as usize] = f32::NEG_INFINITY;
        }
        if self.constraint.is_some() {
            return Err(End::Ended);
        }
        self.likeliest(total, listen).or(first).ok_or(End::Ended)
    }

    /// Rules out tokens that do not begin as what must be spelled, nor it as they do.
    fn keep_spelling(&mut self, tokenizer: &Tokenizer) {
        if self.spelling.is_empty() {
            return;
        }
        for (token, logit) in (0..).zip(&mut self.logits) {
            let bytes = tokenizer.token_bytes(token);
            if bytes.is_empty() || !(bytes.starts_with(&self.spelling) || self.spelling.starts_with(bytes)) {
                *logit = f32::NEG_INFINITY;
            }
        }
    }

    /// Prefers what closes an expression.
    fn hurry(&mut self) {
        let desk = Arc::clone(&self.reader.desk);
        let tokenizer = desk.model.tokenizer();
        for (token, logit) in (0..).zip(&mut self.logits) {
            if tokenizer.token_bytes(token).trim_ascii_start().first().is_some_and(|first| b";)]}".contains(first)) {
                *logit += HURRY;
            }
        }
    }

    /// Whether the constraint takes the token, if there is one.
    fn admit(&mut self, token: u32) -> bool {
        let start = Instant::now();
        let admits = self.constraint.as_mut().is_none_or(|held| held.constraint.push(token));
        self.spent.constraint += start.elapsed();
        admits
    }

    /// Brings the constraint back to where the tokens end.
    fn retract(&mut self) {
        let kept = self.tokens.len();
        let begun = Instant::now();
        if let Some(Constrained { start, constraint }) = &mut self.constraint
            && (kept < *start || constraint.truncate(kept - *start).is_err())
        {
            self.constraint = None;
        }
        self.spent.constraint += begun.elapsed();
    }

    /// Rules out what the constraint does not take; fails when that leaves nothing or less than `least`. Most draws are taken, and then
    /// this is not needed.
    fn mask(&mut self, total: f64, least: f64) -> Result<(), End> {
        let Some(held) = &mut self.constraint else { return Ok(()) };
        let start = Instant::now();
        let allowed = held.constraint.mask().map_err(|_| End::Ended);
        self.spent.constraint += start.elapsed();
        let allowed = allowed?;
        for (token, logit) in (0..).zip(&mut self.logits) {
            if !allowed.is_allowed(token) {
                *logit = f32::NEG_INFINITY;
            }
        }
        if log_sum_exp(&self.logits) - total < least.ln() { Err(End::Astray) } else { Ok(()) }
    }

    /// The likeliest token that `listen` takes.
    fn likeliest(&self, total: f64, listen: &mut dyn FnMut(&str) -> Heard) -> Option<Choice> {
        const MOST_TRIED: usize = 2_000;
        let desk = Arc::clone(&self.reader.desk);
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
