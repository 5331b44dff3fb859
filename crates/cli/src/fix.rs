//! `solwright check --fix`: fixes that stand a second check, put into the files.

use crate::{json::Lines, setup, text::shown};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, Finding, fix::Before};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Longest time for the fixes of one file.
const PATIENCE: Duration = Duration::from_secs(120);

/// Fixes of the same place take turns; this many are done in one run.
const ROUNDS: usize = 8;

/// What became of one file.
#[derive(Default)]
struct Outcome {
    text: String,
    /// A line for each fix, and how many stand.
    told: Vec<String>,
    applied: usize,
    /// A line for each fix that does not stand in the end, with the reason.
    refused: Vec<String>,
    /// Findings that are still there.
    left: usize,
    /// Whether the compiler took everything that was done.
    compiled: bool,
}

/// Mends what can be mended safely in each file, and says on standard error what was done; a dry run writes nothing.
pub fn run(checker: &Checker, files: &[PathBuf], dry: bool) -> anyhow::Result<()> {
    for path in files {
        // The check that follows tells of what cannot be read.
        let Ok((path, source)) = setup::read(path) else { continue };
        let outcome = mend(checker, &path, &source);
        if !dry && outcome.applied > 0 {
            setup::replace(&path, &source, &outcome.text)?;
        }
        let done = if dry { "would be fixed" } else { "fixed" };
        let doubt = if outcome.applied > 0 && !outcome.compiled { ", not compiled" } else { "" };
        let Outcome { told, applied, refused, left, .. } = outcome;
        eprintln!("{}: {applied} {done}{doubt}, {} refused, {left} findings left", shown(&path), refused.len());
        told.iter().chain(&refused).for_each(|line| eprintln!("{line}"));
    }
    Ok(())
}

fn mend(checker: &Checker, path: &Path, source: &str) -> Outcome {
    let project = Project::discover(path);
    let deadline = Instant::now() + PATIENCE;
    let settings = checker.settings(&project, path).0;
    // What the project does not want to be told of is none of our business.
    let is_told = |finding: &Finding| settings.as_ref().is_some_and(|by| by.weigh(finding.clone()).is_some());
    let mut outcome = Outcome { text: source.to_owned(), compiled: true, ..Outcome::default() };
    for _ in 0..ROUNDS {
        let before = Before::new(checker, project.load(path, &outcome.text, &DiskFiles));
        let told: Vec<&Finding> = before.findings().iter().filter(|finding| is_told(finding)).collect();
        let wanted: Vec<&Finding> = told.iter().copied().filter(|finding| finding.fix.is_some()).collect();
        let settled = before.settle(checker, &wanted, deadline);
        let lines = Lines::new(&outcome.text);
        let tell = |finding: &Finding, what: &str| {
            format!("  line {}: {}: {what}", lines.at(finding.span.start).0, finding.detector)
        };
        outcome.refused =
            settled.refused.iter().map(|(finding, why)| tell(finding, &format!("refused, {why}"))).collect();
        outcome.left = told.len();
        let Some(mended) = settled.mended else { break };
        let titles = settled.applied.iter().filter_map(|finding| Some(tell(finding, &finding.fix.as_ref()?.title)));
        outcome.told.extend(titles);
        outcome.applied += settled.applied.len();
        outcome.compiled &= mended.compiled;
        outcome.text = mended.text;
    }
    outcome
}
