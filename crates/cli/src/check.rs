//! `solwright check`: errors and vulnerabilities of files and folders.

use crate::{
    Outcome,
    args::{Check, ReportFormat},
    configuration, files, fix,
    json::{self, Texts},
    parallel, sarif, setup,
    text::{self, Paint, Totals},
};
use serde_json::Value;
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, Depth, Diagnostic, FileReport, Follow, Level, Severity};
use std::{
    collections::{HashMap, HashSet},
    io::{IsTerminal, StdoutLock, Write, stderr, stdout},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Warm runs that `--timings` takes the median of.
const WARM_RUNS: usize = 7;

/// A file that was read and checked.
struct Checked {
    path: PathBuf,
    source: String,
    report: FileReport,
    /// What each layer cost, where that was asked for.
    timings: String,
}

pub fn run(command: &Check) -> anyhow::Result<Outcome> {
    let collected = files::collect(&command.paths);
    // Times are taken alone.
    let threads = if command.timings { 1 } else { parallel::threads(collected.files.len()) };
    let mut config = setup::checker_config(&command.setup);
    config.follow = Follow::Settings;
    config.detectors.min_confidence = command.min_confidence;
    config.detectors.min_severity = command.min_severity;
    config.compilers.workers = threads;
    let checker = Checker::new(config);
    configuration::validate(&collected.files)?;
    // A compiler that was named and is none is told once, not with every file.
    checker.compilers().chosen()?;
    if command.fix {
        fix::run(&checker, &collected.files, command.dry_run)?;
    }
    let mut output = Printer::new(command, collected.files.len());
    collected.failures.iter().for_each(|error| output.fail(&format!("{error:#}"), None));
    let projects = Projects::default();
    let depth = if command.bytecode { Depth::Bytecode } else { Depth::Full };
    let work = |path: &PathBuf| check(&checker, &projects, path, depth, command.timings);
    parallel::in_order(&collected.files, threads, work, |path, checked| match checked {
        Some(Ok(checked)) => output.file(checked),
        Some(Err(error)) => {
            output.fail(&format!("{error:#}"), Some(path));
            Ok(())
        }
        None => {
            let shown = path.display();
            output.fail(&format!("`{shown}` broke the analysis, report it with this file as a bug"), Some(path));
            Ok(())
        }
    })?;
    output.finish()
}

fn check(checker: &Checker, projects: &Projects, path: &Path, depth: Depth, timed: bool) -> anyhow::Result<Checked> {
    let (path, source) = setup::read(path)?;
    let project = projects.of(&path);
    let check = || checker.check_file(&project, &path, &source, &DiskFiles, depth);
    let report = check();
    let timings = if timed { timings(&path, &report, check) } else { String::new() };
    Ok(Checked { path, source, report, timings })
}

/// The projects of the files, each folder's looked for once.
#[derive(Default)]
struct Projects(Mutex<HashMap<PathBuf, Arc<Project>>>);

impl Projects {
    fn of(&self, path: &Path) -> Arc<Project> {
        let folder = path.parent().unwrap_or(path);
        let known = |projects: &Self| projects.0.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned();
        known(self).unwrap_or_else(|| {
            let found = Arc::new(Project::discover(path));
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), Arc::clone(&found));
            found
        })
    }
}

/// Takes the files' reports in order and writes them in the form that was asked for.
struct Printer<'a> {
    command: &'a Check,
    out: StdoutLock<'static>,
    paint: Paint,
    /// People are told what may do harm, and that there is advice; a program sorts by severity itself.
    least: Severity,
    values: Vec<Value>,
    sarif: sarif::Log,
    /// What was said of files that several others import.
    said: HashSet<(PathBuf, Option<solwright_syntax::Span>, String)>,
    /// Why files were not compiled, and which.
    uncompiled: Vec<(Diagnostic, usize)>,
    totals: Totals,
    worst: Option<Severity>,
    failed: bool,
    expected: usize,
}

impl<'a> Printer<'a> {
    fn new(command: &'a Check, expected: usize) -> Self {
        let out = stdout();
        let paint = Paint::for_stream(out.is_terminal() && command.format == ReportFormat::Text);
        let mut printer = Self {
            command,
            out: out.lock(),
            paint,
            least: command.min_severity.unwrap_or(Severity::Low),
            values: Vec::new(),
            sarif: sarif::Log::new(),
            said: HashSet::new(),
            uncompiled: Vec::new(),
            totals: Totals::default(),
            worst: None,
            failed: false,
            expected,
        };
        printer.progress();
        printer
    }

    fn file(&mut self, mut checked: Checked) -> anyhow::Result<()> {
        self.clear();
        // Files that import the same one each hear what the compiler says of it.
        let main = &checked.path;
        checked.report.diagnostics.retain(|diagnostic| {
            diagnostic.file == *main
                || self.said.insert((diagnostic.file.clone(), diagnostic.span, diagnostic.message.clone()))
        });
        self.worst = self.worst.max(worst_of(&checked.report));
        self.totals.add(&checked.path, &checked.report);
        if let Some(why) = checked.report.unavailable.take() {
            match self.uncompiled.iter_mut().find(|(known, _)| known.message == why.message) {
                Some((_, more)) => *more += 1,
                None => self.uncompiled.push((why, 0)),
            }
        }
        let Checked { path, source, report, timings } = &checked;
        let texts = Texts::of(path, source).with(&report.texts);
        match self.command.format {
            ReportFormat::Json => self.values.extend(to_json(report, &texts)),
            ReportFormat::Sarif => self.sarif.file(report, &texts),
            ReportFormat::Text => text::report(&mut self.out, self.paint, report, &texts, self.least)?,
        }
        say(timings);
        self.progress();
        Ok(())
    }

    /// Tells of an input that could not be checked, in one sentence; the others go on.
    fn fail(&mut self, sentence: &str, path: Option<&Path>) {
        self.clear();
        self.failed = true;
        self.sarif.notify(Level::Error, sentence, path);
        say(&format!("solwright: {sentence}\n"));
        self.progress();
    }

    fn finish(mut self) -> anyhow::Result<Outcome> {
        self.clear();
        for (why, more) in std::mem::take(&mut self.uncompiled) {
            let file = text::shown(&why.file).to_string();
            let files = if more == 0 { format!("`{file}`") } else { format!("`{file}` and {more} more") };
            if why.level == Level::Error {
                self.fail(&format!("{files} not compiled: {}", why.message), Some(&why.file));
            } else {
                self.sarif.notify(Level::Note, &why.message, Some(&why.file));
                say(&format!("note: {files} not compiled: {}\n", why.message));
            }
        }
        match self.command.format {
            ReportFormat::Json => writeln!(self.out, "{}", serde_json::to_string_pretty(&self.values)?)?,
            ReportFormat::Sarif => {
                writeln!(self.out, "{}", serde_json::to_string_pretty(&self.sarif.finish(!self.failed))?)?;
            }
            ReportFormat::Text => self.totals.write(&mut self.out, self.paint, self.least)?,
        }
        let fails = self.command.fail_on.is_some_and(|bound| self.worst >= Some(bound));
        Ok(if self.failed {
            Outcome::Broken
        } else if fails {
            Outcome::No
        } else {
            Outcome::Fine
        })
    }

    /// One line that follows the work, where someone watches.
    fn progress(&mut self) {
        let done = self.totals.files();
        if stderr().is_terminal() && done < self.expected {
            say(&format!("checking, {done} of {} files done", self.expected));
        }
    }

    fn clear(&self) {
        if stderr().is_terminal() {
            say("\r\x1b[K");
        }
    }
}

/// Writes to standard error; one that nobody reads is no error.
fn say(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// The worst of a report; an error of the compiler weighs as much as a grave finding.
fn worst_of(report: &FileReport) -> Option<Severity> {
    let broken = report.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
    let found = report.findings.iter().map(|finding| finding.severity).max();
    found.max(broken.then_some(Severity::High))
}

fn to_json(report: &FileReport, texts: &Texts<'_>) -> Vec<Value> {
    let diagnostics = report.diagnostics.iter().map(|diagnostic| json::diagnostic(diagnostic, texts));
    diagnostics.chain(report.findings.iter().map(|finding| json::finding(finding, texts))).collect()
}

/// Cost of each layer, the first time and as the median of warm runs.
fn timings(path: &Path, first: &FileReport, check: impl Fn() -> FileReport) -> String {
    let mut warm: Vec<_> = (0..WARM_RUNS).map(|_| check().milliseconds).collect();
    warm.sort_by(|a, b| a.total.total_cmp(&b.total));
    let line = |(name, timings): (&str, solwright_checker::Timings)| {
        format!(
            "{}: {name}: syntax {:.2} ms, analysis and detectors {:.2} ms, solc {:.2} ms, whole verdict {:.2} ms\n",
            text::shown(path),
            timings.syntax,
            timings.security,
            timings.compile,
            timings.total
        )
    };
    [("first", first.milliseconds), ("warm", warm[WARM_RUNS / 2])].map(line).concat()
}
