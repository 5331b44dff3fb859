//! The whole verdict of one file with its imports, and what others take for it, in turn.

use super::{
    corpora::{Sample, Truth},
    peers::Peer,
    tools::{Tool, sorted},
};
use crate::setup;
use serde_json::{Value, json};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, CheckerConfig, Depth};
use std::{fmt::Write, path::Path};

/// Rounds; each tool runs once in a round, ours several times.
const ROUNDS: usize = 5;
const OURS_A_ROUND: usize = 5;

/// Times by what was run, in milliseconds, in order of size.
pub struct Verdicts {
    file: String,
    first: f64,
    /// Analysis and detectors, the whole verdict, then each peer that could read the file.
    rows: Vec<(String, Vec<f64>)>,
    failed: Vec<String>,
}

pub fn measure(path: &Path, peers: &[Peer]) -> anyhow::Result<Verdicts> {
    let (path, text) = setup::read(path)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    eprintln!("the verdict of {file}, {ROUNDS} rounds");
    let sample = Sample { path, text, truth: Truth::Audited };
    let (project, checker) = (Project::discover(&sample.path), Checker::new(CheckerConfig::default()));
    let ours = || checker.check_file(&project, &sample.path, &sample.text, &DiskFiles, Depth::Full).milliseconds;
    let first = ours().total;
    let (mut security, mut total, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut theirs = vec![Vec::new(); peers.len()];
    for _ in 0..if peers.is_empty() { 1 } else { ROUNDS } {
        for _ in 0..OURS_A_ROUND {
            let timings = ours();
            security.push(timings.security);
            total.push(timings.total);
        }
        for (peer, times) in peers.iter().zip(&mut theirs) {
            let report = peer.check(&sample);
            match report.failed {
                Some(why) => failed.push(format!("{}: {why}", peer.name())),
                None => times.push(report.seconds * 1e3),
            }
        }
    }
    let ours = [("solwright, analysis and detectors", security), ("solwright, whole verdict", total)];
    let theirs = peers.iter().map(Tool::name).zip(theirs).filter(|(_, times)| !times.is_empty());
    let rows = ours.into_iter().chain(theirs).map(|(name, times)| (name.to_owned(), sorted(times.into_iter())));
    failed.dedup();
    Ok(Verdicts { file, first, rows: rows.collect(), failed })
}

impl Verdicts {
    /// Each row's name, least and median, and how many times our whole verdict's these are.
    fn table(&self) -> impl Iterator<Item = (&str, [f64; 2], [f64; 2])> {
        let ends =
            |times: &[f64]| [times.first(), times.get(times.len() / 2)].map(|time| time.copied().unwrap_or_default());
        let ours = ends(&self.rows[1].1);
        self.rows.iter().map(move |(name, times)| {
            let [least, median] = ends(times);
            (name.as_str(), [least, median], [least / ours[0], median / ours[1]])
        })
    }

    pub fn markdown(&self) -> String {
        let mut out = format!(
            "| `{}` with its imports, {:.0} ms the first time | Least ms | Median ms | Times our verdict, least | Times our verdict, median |\n\
             |---|--:|--:|--:|--:|\n",
            self.file, self.first
        );
        for (name, [least, median], [of_least, of_median]) in self.table() {
            let _ = writeln!(out, "| {name} | {least:.2} | {median:.2} | {of_least:.2} | {of_median:.2} |");
        }
        for failed in &self.failed {
            let _ = writeln!(out, "\n`{}` could not be read by {failed}", self.file);
        }
        out
    }

    pub fn json(&self) -> Value {
        let rows = self.table().map(|(name, [least, median], [of_least, of_median])| {
            json!({ "tool": name, "least_ms": least, "median_ms": median,
                    "times_ours_least": of_least, "times_ours_median": of_median })
        });
        json!({ "file": self.file, "first_ms": self.first, "rows": rows.collect::<Vec<_>>(), "failed": self.failed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_times_are_set_against_the_whole_verdict() {
        let row = |name: &str, times: &[f64]| (name.to_owned(), times.to_vec());
        let rows =
            vec![row("detectors", &[1.0]), row("verdict", &[10.0, 20.0]), row("slither", &[1000.0, 3000.0, 9000.0])];
        let verdicts = Verdicts { file: "A.sol".to_owned(), first: 50.0, rows, failed: Vec::new() };
        assert!(verdicts.markdown().contains("| slither | 1000.00 | 3000.00 | 100.00 | 150.00 |\n"));
        assert_eq!(verdicts.json()["rows"][2]["times_ours_median"], 150.0);
    }
}
