//! Tools: Solwright, its controls, and in [`super::peers`] what others wrote.

use super::corpora::Sample;
use crate::json::Lines;
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, CheckerConfig, Depth, Level};
use std::time::Instant;

/// The rule of a control that is of every class.
pub const EVERY: &str = "*";

/// Something that finds weaknesses in a file.
pub trait Tool: Sync {
    fn name(&self) -> &'static str;
    fn check(&self, sample: &Sample) -> Report;
}

/// What a tool said of one file.
#[derive(Default)]
pub struct Report {
    pub findings: Vec<Found>,
    /// Why it could not read the file, or not all of it.
    pub failed: Option<String>,
    pub seconds: f64,
}

impl Report {
    /// Whether it says nothing because the file could not be read.
    pub fn is_unread(&self) -> bool {
        self.failed.is_some() && self.findings.is_empty()
    }
}

/// One finding, in lines that count from 1.
pub struct Found {
    pub rule: String,
    pub first: u32,
    pub last: u32,
    pub severity: String,
}

impl Found {
    pub fn new(rule: &str, first: u32, last: u32, severity: &str) -> Self {
        Self { rule: rule.to_owned(), first, last, severity: severity.to_lowercase() }
    }
}

/// Times in order of size.
pub fn sorted(times: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Ours, as an editor runs it: syntax, imports and detectors.
pub struct Solwright(Checker);

impl Solwright {
    pub fn new() -> Self {
        Self(Checker::new(CheckerConfig::default()))
    }
}

impl Tool for Solwright {
    fn name(&self) -> &'static str {
        "solwright"
    }

    fn check(&self, sample: &Sample) -> Report {
        let start = Instant::now();
        let project = Project::discover(&sample.path);
        let report = self.0.check_file(&project, &sample.path, &sample.text, &DiskFiles, Depth::Fast);
        let seconds = start.elapsed().as_secs_f64();
        let lines = Lines::new(&sample.text);
        let found = |finding: &solwright_checker::Finding| {
            let (first, last) = (lines.at(finding.span.start).0, lines.at(finding.span.end).0);
            Found::new(finding.detector, first, last, &finding.severity.to_string())
        };
        // A missing import says nothing of the file itself.
        let broken = |d: &&solwright_checker::Diagnostic| {
            d.level == Level::Error && d.code.as_deref() == Some(solwright_checker::SYNTAX)
        };
        let failed = report.diagnostics.iter().find(broken).map(|error| error.message.clone());
        Report { findings: report.findings.iter().map(found).collect(), failed, seconds }
    }
}

/// The control that says nothing: recall 0.
pub struct Nothing;

impl Tool for Nothing {
    fn name(&self) -> &'static str {
        "flag nothing"
    }

    fn check(&self, _: &Sample) -> Report {
        Report::default()
    }
}

/// The control that says all of everything: recall 1 at the precision of a guess.
pub struct Everything;

impl Tool for Everything {
    fn name(&self) -> &'static str {
        "flag everything"
    }

    fn check(&self, sample: &Sample) -> Report {
        let lines = (1..).zip(sample.text.lines());
        Report { findings: lines.map(|(line, _)| Found::new(EVERY, line, line, "high")).collect(), ..Report::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::corpora::Truth;

    fn sample(text: &str) -> Sample {
        Sample { path: std::env::temp_dir().join("A.sol"), text: text.to_owned(), truth: Truth::Audited }
    }

    #[test]
    fn an_empty_file_has_no_findings() {
        let report = Solwright::new().check(&sample(""));
        assert!(report.findings.is_empty() && report.failed.is_none());
    }

    #[test]
    fn lines_of_findings_count_from_one() {
        let text = "contract A {\n address o;\n function f() external {\n  require(tx.origin == o);\n }\n}";
        let report = Solwright::new().check(&sample(text));
        assert!(report.findings.iter().any(|found| found.rule == "tx-origin" && found.first == 4));
    }
}
