//! `solwright check --fix`: fixes that stand a second check, put into the files.

use crate::{json::Lines, text::shown};
use anyhow::{Context, ensure};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{
    Checker, Finding,
    fix::{Before, Refusal},
};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

/// Longest time for the fixes of one file.
const PATIENCE: Duration = Duration::from_secs(120);

/// Fixes of one place wait for each other; what waits longer than this is left to the next run.
const ROUNDS: usize = 8;

/// Mends what can be mended safely, writes the file unless it is `dry`, says what was done, and returns the text as it is then.
pub fn run(checker: &Checker, path: &Path, source: &str, dry: bool) -> anyhow::Result<String> {
    let project = Project::discover(path);
    let deadline = Instant::now() + PATIENCE;
    let (mut text, mut told, mut applied) = (source.to_owned(), Vec::new(), 0);
    let mut open = Vec::new();
    for _ in 0..ROUNDS {
        let before = Before::new(checker, project.load(path, &text, &DiskFiles));
        let wanted: Vec<&Finding> = before.findings().iter().filter(|finding| finding.fix.is_some()).collect();
        let settled = before.settle(checker, &wanted, deadline);
        let line = |finding: &Finding| Lines::new(&text).at(finding.span.start).0;
        let tell = |finding: &Finding, what: &str| format!("  line {}: `{}` {what}", line(finding), finding.detector);
        open = settled.refused.iter().map(|(finding, why)| tell(finding, &format!("not fixed, {why}"))).collect();
        let Some(mended) = settled.mended else { break };
        let title = |finding: &&Finding| finding.fix.as_ref().map(|fix| tell(finding, &fix.title));
        told.extend(settled.applied.iter().filter_map(title));
        applied += settled.applied.len();
        text = mended.text;
    }
    let left = Before::new(checker, project.load(path, &text, &DiskFiles)).findings().len();
    Ok(text)
}
