//! Inline completion: fill-in-the-middle between what stands before and after the cursor, held to the grammar of the body around it.

mod filters;
mod guard;

pub use guard::{Bodies, Held};

use crate::{
    draft::{Draft, Heard, LEAST_ALLOWED, Limits},
    engine::{Desk, Engine, EngineError, Priority},
    statement::Braces,
};
use filters::{Extent, cuts, tidy};
use guard::Guard;
use solwright_analysis::project::Sources;
use solwright_model::{Cancel, Sampling};
use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

/// What is to be completed.
#[derive(Clone, Debug)]
pub struct CompleteRequest {
    /// The file with its text, unsaved edits included, and what it imports.
    pub sources: Sources,
    /// The cursor, in bytes.
    pub offset: usize,
    /// Most tokens to write.
    pub max_tokens: usize,
    /// Whether it may only say what its body allows.
    pub constrained: bool,
    /// Wall-clock bound; what is there then is offered.
    pub deadline: Duration,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Whether tokens are guessed from the text and read together, which changes the time alone; without a word where it gains.
    pub guess: Option<bool>,
}

impl CompleteRequest {
    /// What an editor asks for: held to its body, tokens chosen as in generation.
    pub fn new(sources: Sources, offset: usize, max_tokens: usize, deadline: Duration) -> Self {
        Self { sources, offset, max_tokens, constrained: true, deadline, sampling: Sampling::default(), guess: None }
    }
}

/// What is offered at the cursor.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Completion {
    /// The text to insert, empty when there is nothing sensible.
    pub text: String,
    /// What it was held to.
    pub constraint: Held,
    /// Tokens written.
    pub tokens: usize,
    /// Passes that this took after the prompt; fewer where tokens were guessed.
    pub passes: usize,
    /// From the request to the first token.
    pub first_token_milliseconds: f64,
    /// From the request to the last.
    pub milliseconds: f64,
}

/// Share of the window, in bytes per token, that the text before the cursor may take; the text after it takes a quarter of that.
const PREFIX_BYTES_PER_TOKEN: f64 = 1.0;
const MOST_PREFIX_BYTES: usize = 6_000;
/// From this size on a pass waits for the weights to come from memory, and some rows more cost little. A model that fits a cache pays for
/// each row, and wrong guesses cost more than right ones save.
const GUESSED_FROM_BYTES: u64 = 64 << 20;

/// Share of the deadline that the grammar may take; a completion goes without one that comes later.
const PATIENCE: u32 = 15;

/// Completes at the cursor: the rest of the line, or of the block where the line is blank.
///
/// # Errors
/// When the model is missing or broken, has no fill-in-the-middle tokens, or the work is cancelled.
pub fn complete(
    engine: &Engine,
    bodies: &Arc<Bodies>,
    request: &CompleteRequest,
    cancel: &Cancel,
) -> Result<Completion, EngineError> {
    let start = Instant::now();
    let desk = engine.desk(cancel)?;
    let cursor = Cursor::of(request, desk.model.info().context_length);
    let guard = request.constrained.then(|| cursor.guard(bodies, &desk, request));
    let prompt = desk.model.fim_prompt(cursor.prefix, cursor.suffix).ok_or(EngineError::NoFillInTheMiddle)?;
    let mut draft = Draft::begin(engine.reader(&desk, Priority::Urgent), &prompt, request.sampling, cancel)?;
    if request.guess.unwrap_or(desk.model.info().bytes >= GUESSED_FROM_BYTES) {
        draft.guess();
    }
    draft.spell(cursor.begun);
    let patience = (request.deadline / PATIENCE).saturating_sub(start.elapsed());
    let guard = guard.and_then(|guard| guard.recv_timeout(patience).ok().flatten());
    if let Some(guard) = &guard {
        draft.constrain(guard.constraint.fork());
    }
    let mut braces = Braces::open(1);
    let (mut first, mut written) = (None, String::new());
    let listen = |piece: &str| {
        first.get_or_insert_with(|| start.elapsed());
        written.push_str(piece);
        let says = written.get(cursor.begun.len()..).is_some_and(|text| !text.trim().is_empty());
        let ended = braces.read(piece).is_some();
        let line_ended = cursor.extent == Extent::Line && says && piece.contains(['\n', '}']) && braces.depth() == 1;
        if ended || line_ended { Heard::Stop } else { Heard::Taken }
    };
    let least_allowed = if guard.is_some() { LEAST_ALLOWED } else { 0.0 };
    let (tokens, deadline) = (request.max_tokens, start + request.deadline);
    let limits = Limits { tokens, deadline, may_end: true, statement: usize::MAX, least_allowed };
    draft.write(limits, listen, cancel)?;
    Ok(Completion {
        text: cursor.offered(&draft.text(), guard.as_ref()),
        constraint: guard.map_or(Held::None, |guard| guard.held),
        tokens: draft.written,
        passes: draft.passes,
        first_token_milliseconds: first.unwrap_or_else(|| start.elapsed()).as_secs_f64() * 1e3,
        milliseconds: start.elapsed().as_secs_f64() * 1e3,
    })
}

/// The text around the cursor, as the model reads it.
struct Cursor<'t> {
    prefix: &'t str,
    /// The part of a word, and the blank before it, that stand before the cursor: they are written once more.
    begun: &'t str,
    suffix: &'t str,
    at: usize,
    extent: Extent,
}

impl<'t> Cursor<'t> {
    fn of(request: &'t CompleteRequest, context_length: usize) -> Self {
        let most = ((context_length as f64 * PREFIX_BYTES_PER_TOKEN) as usize).min(MOST_PREFIX_BYTES);
        let text = &*request.sources.main().text;
        let at = text.floor_char_boundary(request.offset.min(text.len()));
        // It begins where it began a few keys ago, so that the engine knows what was read then.
        let step = (most / 8).max(1);
        let from = text.floor_char_boundary(at.saturating_sub(most).next_multiple_of(step).min(at));
        let to = text.floor_char_boundary((at + most / 4).min(text.len()));
        // A prefix begins with a whole line, as the training documents do.
        let from = if from == 0 { 0 } else { text[from..at].find('\n').map_or(from, |n| from + n + 1) };
        let (prefix, begun) = text[from..at].split_at(at - from - begun(&text[from..at]));
        Self { prefix, begun, suffix: &text[at..to], at, extent: Extent::at(&text[from..at]) }
    }

    /// The guard, made on a thread of its own while the model reads; a late one serves the next key.
    fn guard(
        &self,
        bodies: &Arc<Bodies>,
        desk: &Arc<Desk>,
        request: &CompleteRequest,
    ) -> mpsc::Receiver<Option<Guard>> {
        let (reply, answer) = mpsc::channel();
        let (bodies, desk, sources) = (Arc::clone(bodies), Arc::clone(desk), request.sources.clone());
        let (from, to) = (self.at - self.begun.len(), self.at);
        // Where no thread can be had the channel is closed, and the completion goes without.
        let _ = std::thread::Builder::new().name("guard".into()).spawn(move || {
            let vocabulary = desk.vocabulary().ok();
            let _ = reply.send(vocabulary.and_then(|vocabulary| bodies.guard(&vocabulary, &sources, from, to)));
        });
        answer
    }

    /// What is offered of what was written: as much of it as what follows can stand behind.
    fn offered(&self, written: &str, guard: Option<&Guard>) -> String {
        const MOST_CUTS: usize = 12;
        let text = tidy(written.get(self.begun.len()..).unwrap_or_default(), self.suffix, self.extent);
        let Some(guard) = guard else { return text };
        let fits = |cut: &&str| !cut.trim().is_empty() && guard.fits(&format!("{}{cut}", self.begun));
        cuts(&text).take(MOST_CUTS).find(fits).unwrap_or_default().to_owned()
    }
}

/// Length of the word that a text ends in, with the blank before it.
fn begun(text: &str) -> usize {
    let word = text.trim_end_matches(|sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '$');
    text.len() - word.strip_suffix(' ').unwrap_or(word).len()
}

#[cfg(test)]
mod tests;
