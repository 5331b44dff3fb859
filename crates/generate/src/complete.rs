//! Inline completion: fill-in-the-middle between what stands before and after the cursor.

use crate::{
    draft::{Draft, Heard, Limits},
    engine::{Engine, EngineError, Priority},
    statement::Braces,
};
use solwright_model::{Cancel, Sampling};
use std::time::{Duration, Instant};

/// What is to be completed.
#[derive(Clone, Debug)]
pub struct CompleteRequest {
    /// The file's text, unsaved edits included.
    pub text: String,
    /// The cursor, in bytes.
    pub offset: usize,
    /// Most tokens to write.
    pub max_tokens: usize,
    /// Wall-clock bound; what is there then is offered.
    pub deadline: Duration,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Whether tokens are guessed from the text and read together, which changes the time alone; without a word where it gains.
    pub guess: Option<bool>,
}

/// What is offered at the cursor.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Completion {
    /// The text to insert, empty when there is nothing sensible.
    pub text: String,
    /// Tokens written.
    pub tokens: usize,
    /// Passes that this took after the prompt; fewer where tokens were guessed.
    pub passes: usize,
    /// From the request to the first token.
    pub first_token_milliseconds: f64,
    /// From the request to the last.
    pub milliseconds: f64,
}

impl CompleteRequest {
    /// What an editor asks for: tokens are chosen as in generation.
    pub fn new(text: String, offset: usize, max_tokens: usize, deadline: Duration) -> Self {
        Self { text, offset, max_tokens, deadline, sampling: Sampling::default(), guess: None }
    }
}

/// Share of the window, in bytes per token, that the text before the cursor may take; the text after it takes a quarter of that.
const PREFIX_BYTES_PER_TOKEN: f64 = 1.0;
const MOST_PREFIX_BYTES: usize = 6_000;
/// From this size on a pass waits for the weights to come from memory, and some rows more cost little. A model that fits a cache pays for
/// each row, and wrong guesses cost more than right ones save.
const GUESSED_FROM_BYTES: u64 = 64 << 20;

/// Completes at the cursor: the rest of the line, or of the block where the line is blank.
///
/// # Errors
/// When the model is missing or broken, has no fill-in-the-middle tokens, or the work is cancelled.
pub fn complete(engine: &Engine, request: &CompleteRequest, cancel: &Cancel) -> Result<Completion, EngineError> {
    let start = Instant::now();
    let desk = engine.desk(cancel)?;
    let (prefix, suffix) = around(request, desk.model.info().context_length);
    let prompt = desk.model.fim_prompt(prefix, suffix).ok_or(EngineError::NoFillInTheMiddle)?;
    let mut draft = Draft::begin(engine.reader(&desk, Priority::Urgent), &prompt, request.sampling, cancel)?;
    if request.guess.unwrap_or(desk.model.info().bytes >= GUESSED_FROM_BYTES) {
        draft.guess();
    }
    let block = line_before(prefix).trim().is_empty();
    let mut braces = Braces::open(1);
    let (mut first, mut written) = (None, String::new());
    let listen = |piece: &str| {
        first.get_or_insert_with(|| start.elapsed());
        written.push_str(piece);
        let line_ends = !written.trim().is_empty() && piece.contains('\n');
        if braces.read(piece).is_some() || (!block && line_ends) { Heard::Stop } else { Heard::Taken }
    };
    let limits = Limits {
        tokens: request.max_tokens,
        deadline: start + request.deadline,
        may_end: true,
        statement: usize::MAX,
        least_allowed: 0.0,
    };
    draft.write(limits, listen, cancel)?;
    Ok(Completion {
        text: tidy(&draft.text(), suffix, block),
        tokens: draft.written,
        passes: draft.passes,
        first_token_milliseconds: first.unwrap_or_else(|| start.elapsed()).as_secs_f64() * 1e3,
        milliseconds: start.elapsed().as_secs_f64() * 1e3,
    })
}

fn around(request: &CompleteRequest, context_length: usize) -> (&str, &str) {
    let most = ((context_length as f64 * PREFIX_BYTES_PER_TOKEN) as usize).min(MOST_PREFIX_BYTES);
    let text = request.text.as_str();
    let at = text.floor_char_boundary(request.offset.min(text.len()));
    // It begins where it began a few keys ago, so that the engine knows what was read then.
    let step = (most / 8).max(1);
    let from = text.floor_char_boundary(at.saturating_sub(most).next_multiple_of(step).min(at));
    let to = text.floor_char_boundary((at + most / 4).min(text.len()));
    // A prefix begins with a whole line, as the training documents do.
    let from = if from == 0 { 0 } else { text[from..at].find('\n').map_or(from, |n| from + n + 1) };
    (&text[from..at], &text[at..to])
}

fn line_before(prefix: &str) -> &str {
    prefix.rsplit('\n').next().unwrap_or(prefix)
}

/// Cuts what belongs to nobody: a brace that closes the block outside, a repeat of what follows, blank ends.
fn tidy(text: &str, suffix: &str, block: bool) -> String {
    let mut braces = Braces::open(1);
    let inside = braces.read(text).map_or(text, |end| &text[..end - 1]);
    let text = if block { inside } else { inside.trim_start_matches('\n').lines().next().unwrap_or_default() };
    let text = text.trim_end();
    let next = suffix.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    match text.rsplit_once('\n') {
        Some((head, last)) if !next.is_empty() && last.trim() == next => head.trim_end().to_owned(),
        None if !next.is_empty() && text.trim() == next => String::new(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ModelChoice;
    use solwright_model::DeviceChoice;

    #[test]
    fn a_completion_stays_inside_its_block_and_does_not_repeat_what_follows() {
        assert_eq!(tidy("x = 1;\n    }\n    function f", "\n    }\n", true), "x = 1;");
        assert_eq!(tidy("value;\n    y = 2;", "", false), "value;");
        assert_eq!(tidy("x = 1;\n        y = 2;", "\n        y = 2;\n", true), "x = 1;");
        assert_eq!(tidy("y = 2;", "\n        y = 2;\n", false), "");
    }

    const VAULT: &str = include_str!("../../../examples/Vault.sol");

    #[test]
    fn guesses_change_no_text_and_save_passes() {
        let engine = Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu);
        let mut passes = [0, 0];
        for sampling in [Sampling::greedy(), Sampling::default()] {
            for (line, _) in VAULT.match_indices("\n        ").step_by(4) {
                let request = CompleteRequest::new(VAULT.to_owned(), line + 9, 48, Duration::from_secs(60));
                let request = CompleteRequest { sampling, ..request };
                let texts = [false, true].map(|guess| {
                    let request = CompleteRequest { guess: Some(guess), ..request.clone() };
                    let done = complete(&engine, &request, &Cancel::new()).unwrap();
                    passes[usize::from(guess)] += done.passes;
                    (done.text, done.tokens)
                });
                assert_eq!(texts[0], texts[1], "at byte {line}");
            }
        }
        assert!(passes[1] < passes[0], "{passes:?}");
    }

    #[test]
    fn the_next_key_finds_the_text_before_it_known() {
        let engine = Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu);
        let (head, tail) = VAULT.split_at(VAULT.find("msg.sender.call").unwrap());
        let typed = |keys: &str| {
            let request =
                CompleteRequest::new([head, keys, tail].concat(), head.len() + keys.len(), 8, Duration::from_secs(60));
            let before = engine.status().known_tokens;
            let text = complete(&engine, &request, &Cancel::new()).unwrap().text;
            let fresh = Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu);
            assert_eq!(text, complete(&fresh, &request, &Cancel::new()).unwrap().text);
            engine.status().known_tokens - before
        };
        assert_eq!(typed(""), 0);
        let known = typed("b");
        assert!(known > 100, "{known} tokens were known");
    }

    #[test]
    fn the_prefix_begins_at_the_same_place_for_some_keys() {
        let text = "uint256 x;\n".repeat(1000);
        let begins = |offset: usize| {
            let request = CompleteRequest::new(text.clone(), offset, 1, Duration::from_secs(1));
            offset - around(&request, 1024).0.len()
        };
        let places: std::collections::HashSet<usize> = (5_000..5_100).map(begins).collect();
        assert!(places.len() <= 2, "{places:?}");
    }

    #[test]
    fn the_prefix_begins_with_a_whole_line_and_cuts_no_character() {
        let text = format!("{}é\nlast line |after", "é".repeat(2000));
        let offset = text.find('|').unwrap();
        let request = CompleteRequest::new(text, offset, 1, Duration::from_secs(1));
        let (prefix, suffix) = around(&request, 1024);
        assert_eq!(prefix, "last line ");
        assert!(suffix.starts_with("|after"));
    }
}
