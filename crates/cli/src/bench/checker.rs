//! `solwright bench checker`: what is found, missed and flagged without cause, on corpora that flags name.

use super::{
    classes,
    corpora::{Corpus, Sample, audited, foundry, scwe, smartbugs},
    count::{Tally, count},
    keystrokes::{self, Keystrokes},
    peers, report,
    tools::{Everything, Nothing, Report, Solwright, Tool},
    verdict::{self, Verdicts},
};
use crate::{
    Outcome,
    args::{BenchChecker, BenchFormat},
};
use std::{
    collections::BTreeMap,
    io::{Write, stdout},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// One tool on one corpus.
pub struct Run {
    pub tool: &'static str,
    pub corpus: &'static str,
    pub tallies: BTreeMap<String, Tally>,
    /// Seconds of each file; none for one that it could not read.
    pub seconds: Vec<Option<f64>>,
    /// Files that it could not read whole, each with why; what it found in them counts.
    pub failed: Vec<String>,
    /// Findings by severity.
    pub severities: BTreeMap<String, usize>,
    /// Lines of the files that it could read.
    pub lines: usize,
}

/// Everything that one command measured.
pub struct Measured {
    pub runs: Vec<Run>,
    pub keys: Keystrokes,
    pub verdicts: Option<Verdicts>,
    pub notes: Vec<String>,
}

impl Run {
    /// All classes, or those that the tool has a rule for, in one.
    pub fn total(&self, covered: bool) -> Tally {
        let mut total = Tally::default();
        for (class, tally) in &self.tallies {
            if !covered || classes::covers(self.tool, self.corpus, class) {
                total.add(*tally);
            }
        }
        total
    }
}

pub fn run(command: &BenchChecker) -> anyhow::Result<Outcome> {
    let scratch = tempfile::tempdir()?;
    let mut corpora = read(command, scratch.path())?;
    let keys = keystrokes::keys(command.keys, command.session.as_deref())?;
    let (peers, mut notes) = peers::find(&command.against, command.peers.as_deref(), command.minutes, scratch.path())?;
    let verdicts = command.verdict.as_deref().map(|path| verdict::measure(path, &peers)).transpose()?;
    let mut tools: Vec<Box<dyn Tool>> = vec![Box::new(Solwright::new()), Box::new(Everything), Box::new(Nothing)];
    tools.extend(peers.into_iter().map(|peer| Box::new(peer) as Box<dyn Tool>));
    if let Some(limit) = command.limit {
        corpora.iter_mut().for_each(|corpus| thin(&mut corpus.samples, limit));
    }
    let runs: Vec<Run> = corpora.iter().flat_map(|corpus| measure(corpus, &tools)).collect();
    eprintln!("typing {} keys", keys.len());
    let keys = keystrokes::measure(keys);
    notes.extend(corpora.into_iter().flat_map(|corpus| corpus.notes));
    let measured = Measured { runs, keys, verdicts, notes };
    let mut out = stdout().lock();
    match command.format {
        BenchFormat::Markdown => write!(out, "{}", report::markdown(&measured))?,
        BenchFormat::Json => writeln!(out, "{:#}", report::json(&measured))?,
    }
    Ok(if beats_controls(&measured.runs) { Outcome::Fine } else { Outcome::No })
}

/// Keeps about so many samples, evenly, and by twos: vulnerable code is followed by the same code mended.
fn thin(samples: &mut Vec<Sample>, limit: usize) {
    let (twos, wanted) = (samples.len().div_ceil(2), limit.div_ceil(2));
    let mut places = 0..;
    samples.retain(|_| places.next().is_some_and(|at: usize| super::stays(at / 2, twos, wanted)));
}

fn read(command: &BenchChecker, scratch: &Path) -> anyhow::Result<Vec<Corpus>> {
    let mut corpora = Vec::new();
    if let Some(path) = &command.scwe {
        corpora.push(scwe::read(path, scratch)?);
    }
    if let Some(path) = &command.smartbugs {
        corpora.push(smartbugs::read(path)?);
    }
    if let Some(path) = &command.foundry_lint {
        corpora.push(foundry::read(path)?);
    }
    if !command.audited.is_empty() {
        corpora.push(audited::read(&command.audited)?);
    }
    Ok(corpora)
}

/// Every tool on every file, the tools one after the other on each so that they meet the same machine.
fn measure(corpus: &Corpus, tools: &[Box<dyn Tool>]) -> Vec<Run> {
    eprintln!("{}: {} files", corpus.name, corpus.samples.len());
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        while let Some(sample) = corpus.samples.get(next.fetch_add(1, Ordering::Relaxed)) {
            let at = next.load(Ordering::Relaxed);
            if at.is_multiple_of(20) {
                eprintln!("{}: file {at} of {}", corpus.name, corpus.samples.len());
            }
            let reports: Vec<Report> = tools.iter().map(|tool| tool.check(sample)).collect();
            done.lock().unwrap_or_else(PoisonError::into_inner).push((sample, reports));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let run =
        |at: usize| gather(tools[at].name(), corpus.name, done.iter().map(|(sample, reports)| (*sample, &reports[at])));
    (0..tools.len()).map(run).collect()
}

fn gather<'a>(
    tool: &'static str,
    corpus: &'static str,
    reports: impl Iterator<Item = (&'a Sample, &'a Report)>,
) -> Run {
    let (tallies, severities) = (BTreeMap::new(), BTreeMap::new());
    let mut run = Run { tool, corpus, tallies, seconds: Vec::new(), failed: Vec::new(), severities, lines: 0 };
    for (sample, report) in reports {
        count(tool, corpus, sample, report, &mut run.tallies);
        run.seconds.push((!report.is_unread()).then_some(report.seconds));
        run.lines += if report.is_unread() { 0 } else { sample.text.lines().count() };
        for found in &report.findings {
            *run.severities.entry(found.severity.clone()).or_default() += 1;
        }
        if let Some(why) = &report.failed {
            let name = sample.path.file_name().unwrap_or_default().to_string_lossy();
            run.failed.push(format!("{name}: {why}"));
        }
    }
    run
}

/// Whether Solwright does better on every corpus than to flag everything or nothing, in the classes it has.
fn beats_controls(runs: &[Run]) -> bool {
    let ours = |run: &&Run| run.tool == "solwright" && run.total(true).vulnerable > 0;
    runs.iter().filter(ours).all(|ours| {
        let controls = runs.iter().filter(|run| run.tool.starts_with("flag ") && run.corpus == ours.corpus);
        controls.into_iter().all(|control| {
            let mut same = Tally::default();
            for (class, tally) in &control.tallies {
                if classes::covers(ours.tool, ours.corpus, class) {
                    same.add(*tally);
                }
            }
            ours.total(true).f1() > same.f1()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::corpora::Truth;

    fn corpus() -> Corpus {
        let sample = |name: &str, check: &str, vulnerable| Sample {
            path: std::env::temp_dir().join(name),
            text: format!(
                "contract A {{\n address o;\n function f() external {{\n  require({check} == o);\n  o = address(0);\n }}\n}}"
            ),
            truth: Truth::Whole { class: "SCWE-018".to_owned(), vulnerable },
        };
        let samples = vec![sample("A.sol", "tx.origin", true), sample("B.sol", "msg.sender", false)];
        Corpus { name: "scwe", samples, notes: Vec::new() }
    }

    fn runs(tools: Vec<Box<dyn Tool>>) -> Vec<Run> {
        measure(&corpus(), &tools)
    }

    #[test]
    fn controls_score_what_they_must() {
        let runs = runs(vec![Box::new(Solwright::new()), Box::new(Everything), Box::new(Nothing)]);
        let scores: Vec<_> = runs.iter().map(|run| (run.total(false).precision(), run.total(false).recall())).collect();
        assert_eq!(scores, [(Some(1.0), Some(1.0)), (Some(0.5), Some(1.0)), (None, Some(0.0))]);
        assert!(beats_controls(&runs));
    }

    #[test]
    fn who_is_no_better_than_a_control_fails() {
        let mut runs = runs(vec![Box::new(Everything), Box::new(Everything)]);
        runs[0].tool = "solwright";
        assert!(!beats_controls(&runs));
    }

    #[test]
    fn a_part_of_a_corpus_keeps_pairs_together() {
        let sample = |number| Sample { path: format!("{number}").into(), text: String::new(), truth: Truth::Audited };
        let kept = |limit| {
            let mut samples: Vec<Sample> = (0..10).map(sample).collect();
            thin(&mut samples, limit);
            samples.iter().map(|sample| sample.path.display().to_string()).collect::<String>()
        };
        assert_eq!([kept(4), kept(100), kept(0)], ["4589", "0123456789", ""]);
    }
}
