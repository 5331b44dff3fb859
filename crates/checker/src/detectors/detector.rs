//! What a detector is, and the run of all of them over a file.

use super::{ALL, context::Context};
use crate::{
    config::Settings,
    finding::{Confidence, Finding, Severity},
    suppress::Suppressions,
};
use solwright_analysis::Program;

/// A detector.
pub struct Detector {
    /// Its id, the same in its file's name, fixture, findings and settings.
    pub id: &'static str,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// Severity of most of its findings.
    pub severity: Severity,
    /// Confidence of most of its findings.
    pub confidence: Confidence,
    /// OWASP Smart Contract Weakness Enumeration id.
    pub scwe: &'static str,
    /// Other entries of that enumeration whose weakness it finds as well.
    pub also: &'static [&'static str],
    /// Smart Contract Weakness Classification id, where there is one.
    pub swc: Option<&'static str>,
    /// Its own file, whose doc comment is the manual.
    pub(super) source: &'static str,
    pub(super) check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// Every finding in the main file, in the order of the text, whatever settings and comments say.
pub fn all(program: &Program) -> Vec<Finding> {
    look(program, &Settings::default(), &Suppressions::default())
}

/// Findings in the main file that settings and the file's own comments let through, in the order of the text.
pub fn run(program: &Program, settings: &Settings) -> Vec<Finding> {
    look(program, settings, &Suppressions::parse(program.text(0)))
}

fn look(program: &Program, settings: &Settings, suppressions: &Suppressions) -> Vec<Finding> {
    let context = Context::new(program);
    let mut findings = Vec::new();
    for detector in ALL {
        (detector.check)(&context, &mut findings);
    }
    findings.retain(|finding| !suppressions.cover(finding.detector, finding.span));
    let mut findings: Vec<Finding> = findings.into_iter().filter_map(|finding| settings.weigh(finding)).collect();
    // Several contracts run the same function; the gravest of equal findings stays.
    findings.sort_by_key(|finding| {
        (finding.span, finding.detector, std::cmp::Reverse(finding.severity), std::cmp::Reverse(finding.confidence))
    });
    findings.dedup_by(|next, kept| next.span == kept.span && next.detector == kept.detector);
    findings
}

/// The manual of a detector, in Markdown.
pub fn manual(id: &str) -> Option<&'static str> {
    use std::{collections::HashMap, sync::LazyLock};
    static MANUALS: LazyLock<HashMap<&str, String>> =
        LazyLock::new(|| ALL.iter().map(|detector| (detector.id, doc_comment(detector.source))).collect());
    MANUALS.get(id).map(String::as_str)
}

/// Where the manual of a detector can be read without Solwright; `solwright explain` prints the same page.
pub fn manual_url(id: &str) -> String {
    format!("{}/blob/main/docs/detectors/{id}.md", env!("CARGO_PKG_REPOSITORY"))
}

fn doc_comment(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n") + "\n"
}
