//! Inline completions with tokens guessed from the text and without, by turns: what guesses gain, and that they change no text.

use crate::{bench::tools::sorted, setup};
use anyhow::ensure;
use solwright_analysis::project::Sources;
use solwright_generate::{Cancel, CompleteRequest, Completion, Engine, complete};
use solwright_model::Sampling;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

const MOST_TOKENS: usize = 64;
const DEADLINE: Duration = Duration::from_secs(60);

/// What all completions of one kind came to.
pub struct Row {
    pub greedy: bool,
    pub guess: bool,
    pub completions: usize,
    pub tokens: usize,
    /// Passes after the prompts.
    pub passes: usize,
    /// After the first token of each; the least of the rounds.
    pub seconds: f64,
    /// The median of the first tokens.
    pub first_token_ms: f64,
}

/// Completes every line of the files from its indentation on, as if the rest of it were still to be typed.
pub fn measure(model: Option<&Path>, files: &[PathBuf], rounds: usize) -> anyhow::Result<Vec<Row>> {
    let engine = setup::engine_of(model);
    engine.desk(&Cancel::new())?;
    let mut requests = Vec::new();
    for file in files {
        let (_, text) = setup::read(file)?;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if !line.trim().is_empty() {
                let rest = start + line.trim_end().len();
                requests.push(([&text[..start + indent], &text[rest..]].concat(), start + indent));
            }
            start += line.len();
        }
    }
    ensure!(!requests.is_empty(), "the files have no line to complete");
    let mut rows = Vec::new();
    for greedy in [true, false] {
        let ask = |(text, offset): &(String, usize), guess| {
            let sampling = if greedy { Sampling::greedy() } else { Sampling::default() };
            let sources = Sources::of_text("", text);
            let request = CompleteRequest::new(sources, *offset, MOST_TOKENS, DEADLINE);
            // What a body allows is not asked, for a grammar that comes late would tell the two apart.
            let request = CompleteRequest { sampling, guess: Some(guess), constrained: false, ..request };
            complete(&engine, &Arc::default(), &request, &Cancel::new())
        };
        let mut best: [Option<Row>; 2] = [None, None];
        for _ in 0..rounds {
            let mut all: [Vec<Completion>; 2] = Default::default();
            for (at, request) in requests.iter().enumerate() {
                // Who is second finds the prompt known.
                for guess in if at.is_multiple_of(2) { [true, false] } else { [false, true] } {
                    all[usize::from(guess)].push(ask(request, guess)?);
                }
            }
            ensure!(all[0].iter().map(|c| &c.text).eq(all[1].iter().map(|c| &c.text)), "guesses have changed a text");
            for (guess, all) in [false, true].into_iter().zip(&all) {
                let row = Row::of(all, greedy, guess);
                let best = &mut best[usize::from(guess)];
                if best.as_ref().is_none_or(|best| row.seconds < best.seconds) {
                    *best = Some(row);
                }
            }
        }
        rows.extend(best.into_iter().flatten());
    }
    told(&engine);
    Ok(rows)
}

fn told(engine: &Engine) {
    let status = engine.status();
    let (asked, known, kept) = (status.prompt_tokens, status.known_tokens, status.kept_bytes >> 20);
    eprintln!("{known} of {asked} tokens of prompts were known, {kept} MB are kept");
}

impl Row {
    fn of(all: &[Completion], greedy: bool, guess: bool) -> Self {
        let after_first = |c: &Completion| (c.milliseconds - c.first_token_milliseconds) / 1e3;
        let first = sorted(all.iter().map(|c| c.first_token_milliseconds));
        Self {
            greedy,
            guess,
            completions: all.len(),
            tokens: all.iter().map(|c| c.tokens).sum(),
            passes: all.iter().map(|c| c.passes).sum(),
            seconds: all.iter().map(after_first).sum(),
            first_token_ms: first[first.len() / 2],
        }
    }
}
