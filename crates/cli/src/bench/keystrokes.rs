//! The keystroke benchmark: a file of a thousand lines, edited key by key and checked after each as the server does.

use super::session::{self, Key};
use serde_json::{Value, json};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, CheckerConfig, Depth};
use solwright_syntax::Document;
use std::{path::Path, time::Instant};

const LINES: usize = 1000;
/// The first keys pay for what is cold.
const WARM_UP: usize = 20;
const SEED: u64 = 1;

/// Times of one session, in milliseconds, in order of size.
pub struct Keystrokes {
    lines: usize,
    milliseconds: Vec<f64>,
}

/// The session of a seed, or one that was recorded in the same contract.
pub fn keys(count: usize, recorded: Option<&Path>) -> anyhow::Result<Vec<Key>> {
    let text = session::contract(LINES);
    match recorded {
        Some(path) => session::recorded(&text, path),
        None => Ok(session::keys(&text, SEED, count + WARM_UP)),
    }
}

/// Types keys and measures each, from the edit to the findings.
pub fn measure(keys: Vec<Key>) -> Keystrokes {
    let text = session::contract(LINES);
    let path = std::env::temp_dir().join("Vault.sol");
    let (project, checker) = (Project::discover(&path), Checker::new(CheckerConfig::default()));
    let mut document = Document::parse(text.as_str());
    let mut milliseconds = Vec::new();
    for key in keys {
        let start = Instant::now();
        document.edit(key.span, &key.text);
        let report = checker.check_document(&project, &path, &document, &DiskFiles, Depth::Fast);
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        std::hint::black_box(report);
    }
    milliseconds.drain(..WARM_UP.min(milliseconds.len()));
    milliseconds.sort_by(f64::total_cmp);
    Keystrokes { lines: text.lines().count(), milliseconds }
}

impl Keystrokes {
    /// The time that so many of a hundred keys do not exceed.
    fn percentile(&self, percent: usize) -> f64 {
        let at = self.milliseconds.len() * percent / 100;
        self.milliseconds.get(at).or(self.milliseconds.last()).copied().unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| self.percentile(percent));
        json!({ "lines": self.lines, "keys": self.milliseconds.len(), "p50_ms": p50, "p95_ms": p95, "p99_ms": p99 })
    }

    pub fn markdown(&self) -> String {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| self.percentile(percent));
        format!(
            "A keystroke in a contract of {} lines, from the edit to the findings, over {} keys: \
             p50 {p50:.2} ms, p95 {p95:.2} ms, p99 {p99:.2} ms.\n",
            self.lines,
            self.milliseconds.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let keys = Keystrokes { lines: 1, milliseconds: (0..100).map(f64::from).collect() };
        assert_eq!([50, 99, 100].map(|percent| keys.percentile(percent)), [50.0, 99.0, 99.0]);
    }
}
