//! Our engine as a process that answers one measurement a line, as `benches/llama_cpp/worker.cpp` does with llama.cpp.

use crate::{Outcome, setup};
use anyhow::{Context, bail};
use serde_json::json;
use solwright_generate::shared_weights_dir;
use solwright_model::{Cancel, DeviceChoice, Model, Reading, Session};
use std::{
    io::{Write, stdin, stdout},
    path::Path,
    time::Instant,
};

/// Loads the model, prints the seconds that this took, then those of each measurement that is asked for.
pub fn run(model: Option<&Path>) -> anyhow::Result<Outcome> {
    let mut out = stdout().lock();
    let start = Instant::now();
    let model = setup::model(model, DeviceChoice::default())?;
    writeln!(out, "{}", start.elapsed().as_secs_f64())?;
    let mut worker = Worker { session: model.session(), model };
    for line in stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if words == ["facts"] {
            writeln!(out, "{}", worker.facts())?;
            continue;
        }
        if words == ["share"] {
            worker.model.share(&shared_weights_dir())?;
            writeln!(out, "done")?;
            continue;
        }
        let numbers = words.iter().skip(1).map(|word| word.parse().context("a number was expected"));
        let numbers = numbers.collect::<anyhow::Result<Vec<usize>>>()?;
        writeln!(out, "{}", worker.measure(words[0], &numbers)?)?;
    }
    Ok(Outcome::Fine)
}

struct Worker {
    model: Model,
    session: Session,
}

impl Worker {
    fn facts(&self) -> serde_json::Value {
        let info = self.model.info();
        json!({
            "name": info.name, "quantization": info.quantization, "bytes": info.bytes, "context": info.context_length,
            "device": format!("{} ({})", info.device, info.device_reason),
        })
    }

    /// Seconds that a measurement takes after what it stands on was made ready.
    fn measure(&mut self, what: &str, numbers: &[usize]) -> anyhow::Result<f64> {
        let never = Cancel::new();
        if what == "prefill" {
            self.session.truncate(0);
        }
        let first = match (what, numbers) {
            ("prefill", _) => 0,
            (_, [first, ..]) => *first,
            _ => bail!("`{what}` says after how many tokens"),
        };
        self.hold(first)?;
        let mut forks: Vec<Session> = match (what, numbers) {
            ("together", [_, sequences, _]) => (0..*sequences).map(|_| self.session.fork()).collect(),
            _ => Vec::new(),
        };
        let tokens = |from: usize, count: usize| tokens(&self.model, from, count);
        let session = &mut self.session;
        let start = Instant::now();
        match (what, numbers) {
            ("prefill", &[count]) => drop(session.prefill(&tokens(0, count), &never)?),
            ("warm", &[_, new]) => drop(session.prefill(&tokens(first, new), &never)?),
            ("decode", &[_, count]) => {
                for step in 0..count {
                    session.step(tokens(first + step, 1)[0])?;
                }
            }
            ("together", &[_, sequences, steps]) => {
                for step in 0..steps {
                    let next = tokens(first + step, sequences);
                    let reading = |(session, tokens)| Reading { session, tokens, every: false };
                    let mut batch: Vec<_> = forks.iter_mut().zip(next.chunks(1)).map(reading).collect();
                    Session::read_together(&mut batch, &never)?;
                }
            }
            ("verify", &[_, count, times]) => {
                for step in 0..times {
                    session.verify(&tokens(first + step * count, count), &never)?;
                }
            }
            _ => bail!("nothing is known of `{what}` with {} numbers", numbers.len()),
        }
        Ok(start.elapsed().as_secs_f64())
    }

    /// Makes the session hold the first so many tokens.
    fn hold(&mut self, count: usize) -> anyhow::Result<()> {
        if self.session.len() < count {
            self.session.truncate(0);
            self.session.prefill(&tokens(&self.model, 0, count), &Cancel::new())?;
        }
        self.session.truncate(count);
        Ok(())
    }
}

/// Tokens from a place on, never the same twice running; llama.cpp's worker reads the same ones.
fn tokens(model: &Model, from: usize, count: usize) -> Vec<u32> {
    let known = (model.info().vocabulary as u32).min(8_000);
    (from..from + count).map(|at| (at as u32 * 7_919 + 13) % known).collect()
}
