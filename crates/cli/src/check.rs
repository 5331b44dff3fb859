//! `solwright check`: errors and vulnerabilities of files and folders.

use crate::{
    Outcome,
    args::{Check, ReportFormat},
    json::{self, Lines},
    sarif, setup, text,
};
use anyhow::{Context, bail};
use serde_json::Value;
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, Depth, FileReport, Level, Severity};
use std::{
    fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
};

/// Warm runs that `--timings` takes the median of.
const WARM_RUNS: usize = 7;

pub fn run(command: &Check) -> anyhow::Result<Outcome> {
    let mut config = setup::checker_config(&command.setup);
    config.detectors.min_confidence = command.min_confidence;
    let checker = Checker::new(config);
    // People are told what may do harm; a program sorts by severity itself.
    let by_default = if command.format == ReportFormat::Text { Severity::Low } else { Severity::Info };
    let least = command.min_severity.unwrap_or(by_default);
    let files = collect(&command.paths)?;
    let (mut values, mut worst, mut unavailable) = (Vec::new(), None, None);
    let mut out = stdout().lock();
    for path in &files {
        let (path, source) = setup::read(path)?;
        let project = Project::discover(&path);
        let check = || checker.check_file(&project, &path, &source, &DiskFiles, Depth::Full);
        let mut report = check();
        worst = worst.max(worst_of(&report));
        let all = report.findings.len();
        report.findings.retain(|finding| finding.severity >= least);
        let hidden = all - report.findings.len();
        let lines = Lines::new(&source);
        match command.format {
            ReportFormat::Json | ReportFormat::Sarif => values.extend(to_json(&report, &lines, &path)),
            ReportFormat::Text => to_text(&mut out, &report, &lines, &path, hidden)?,
        }
        if command.timings {
            timings(&path, &report, check);
        }
        unavailable = unavailable.or(report.unavailable);
    }
    match command.format {
        ReportFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&values)?)?,
        ReportFormat::Sarif => writeln!(out, "{}", serde_json::to_string_pretty(&sarif::log(&values))?)?,
        ReportFormat::Text => {}
    }
    if let Some(note) = unavailable {
        eprintln!("note: not compiled: {}", note.message);
    }
    let fails = command.fail_on.is_some_and(|bound| worst >= Some(bound));
    Ok(if fails { Outcome::No } else { Outcome::Fine })
}

/// The worst of a report; an error of the compiler weighs as much as a grave finding.
fn worst_of(report: &FileReport) -> Option<Severity> {
    let broken = report.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
    let found = report.findings.iter().map(|finding| finding.severity).max();
    found.max(broken.then_some(Severity::High))
}

fn to_json(report: &FileReport, lines: &Lines<'_>, path: &Path) -> Vec<Value> {
    let diagnostics = report.diagnostics.iter().map(|diagnostic| json::diagnostic(diagnostic, lines, path));
    diagnostics.chain(report.findings.iter().map(|finding| json::finding(finding, lines))).collect()
}

fn to_text(
    out: &mut dyn Write,
    report: &FileReport,
    lines: &Lines<'_>,
    path: &Path,
    hidden: usize,
) -> anyhow::Result<()> {
    for diagnostic in &report.diagnostics {
        text::diagnostic(out, diagnostic, lines, path)?;
    }
    for finding in &report.findings {
        text::finding(out, finding, lines)?;
    }
    let errors = report.diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error).count();
    let compiler = report.compiler.as_deref().map(|version| format!(", solc {version}")).unwrap_or_default();
    let hidden = if hidden > 0 { format!(" and {hidden} less severe (--min-severity info)") } else { String::new() };
    writeln!(out, "{}: {errors} errors, {} findings{hidden}{compiler}\n", text::shown(path), report.findings.len())?;
    Ok(())
}

/// Cost of each layer, the first time and as the median of warm runs, to standard error.
fn timings(path: &Path, first: &FileReport, check: impl Fn() -> FileReport) {
    let mut warm: Vec<_> = (0..WARM_RUNS).map(|_| check().milliseconds).collect();
    warm.sort_by(|a, b| a.total.total_cmp(&b.total));
    for (name, timings) in [("first", first.milliseconds), ("warm", warm[WARM_RUNS / 2])] {
        eprintln!(
            "{}: {name}: syntax {:.2} ms, analysis and detectors {:.2} ms, solc {:.2} ms, whole verdict {:.2} ms",
            text::shown(path),
            timings.syntax,
            timings.security,
            timings.compile,
            timings.total
        );
    }
}

/// The files named, and the Solidity files in the folders named, in order; libraries in a folder are left out.
fn collect(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata =
            fs::metadata(path).with_context(|| format!("`{}` cannot be read, check the path", path.display()))?;
        if metadata.is_dir() {
            let before = files.len();
            walk(path, &mut files)?;
            if files.len() == before {
                bail!("`{}` holds no `.sol` file outside of libraries", path.display());
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    const LEFT_OUT: [&str; 6] = ["node_modules", "lib", "out", "artifacts", "cache", "target"];
    let read = || format!("`{}` cannot be read", folder.display());
    let mut entries: Vec<_> = fs::read_dir(folder).with_context(read)?.collect::<Result<_, _>>().with_context(read)?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type()?;
        if kind.is_dir() && !name.starts_with('.') && !LEFT_OUT.contains(&name.as_ref()) {
            walk(&entry.path(), files)?;
        } else if kind.is_file() && name.ends_with(".sol") {
            files.push(entry.path());
        }
    }
    Ok(())
}
