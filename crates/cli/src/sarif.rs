//! SARIF 2.1.0 (OASIS), the form that code-scanning services read.

use crate::json::{self, Lines, Texts};
use serde_json::{Value, json};
use solwright_checker::{Confidence, Diagnostic, FileReport, Finding, Level, Severity, detectors};
use solwright_syntax::Span;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// The name that locations are relative to.
const ROOT: &str = "%SRCROOT%";

/// A log with one run, filled file by file.
pub struct Log {
    /// The repository around the working directory, or that directory.
    root: PathBuf,
    rules: Vec<Value>,
    /// Where each rule stands in `rules`.
    known: HashMap<String, usize>,
    results: Vec<Value>,
    notifications: Vec<Value>,
    /// How often a line's hash was seen, so that equal lines differ.
    hashes: HashMap<(PathBuf, u64), usize>,
}

impl Log {
    /// Every detector is a rule, whether it found anything or not.
    pub fn new() -> Self {
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here).to_owned();
        let known = detectors::ALL.iter().enumerate().map(|(at, detector)| (detector.id.to_owned(), at)).collect();
        let rules = detectors::ALL.iter().map(|detector| detector_rule(detector)).collect();
        Self { root, rules, known, results: Vec::new(), notifications: Vec::new(), hashes: HashMap::new() }
    }

    /// Adds what is said of a file.
    pub fn file(&mut self, report: &FileReport, texts: &Texts<'_>) {
        for diagnostic in &report.diagnostics {
            let result = self.diagnostic(diagnostic, texts);
            self.results.push(result);
        }
        for finding in &report.findings {
            let result = self.finding(finding, texts);
            self.results.push(result);
        }
    }

    /// Adds what is said of the run itself.
    pub fn notify(&mut self, level: Level, message: &str, path: Option<&Path>) {
        let mut notification = json!({ "level": word(level), "message": { "text": message } });
        if let Some(path) = path {
            let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            notification["locations"] = json!([self.location(&path, None, None)]);
        }
        self.notifications.push(notification);
    }

    /// The whole.
    pub fn finish(self, successful: bool) -> Value {
        let driver = json!({
            "name": "solwright",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": self.rules,
        });
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": driver },
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": { ROOT: { "uri": format!("file://{}/", encoded(&self.root)) } },
                "invocations": [{
                    "executionSuccessful": successful,
                    "toolExecutionNotifications": self.notifications,
                }],
                "results": self.results,
            }],
        })
    }

    fn finding(&mut self, finding: &Finding, texts: &Texts<'_>) -> Value {
        let place = (finding.file.as_path(), Some(finding.span));
        let level = severity(finding.severity).0;
        let text = format!("{}\nnote: {}\nhelp: {}", finding.message, finding.note, finding.help);
        let mut result = self.result(finding.detector, level, &text, place, texts);
        result["properties"] = json!({ "severity": finding.severity, "confidence": finding.confidence });
        let steps: Vec<Value> = finding
            .trace
            .iter()
            .map(|step| {
                let mut location = self.location(&step.file, Some(step.span), texts.lines(&step.file));
                location["message"] = json!({ "text": step.message });
                location
            })
            .collect();
        if !steps.is_empty() {
            let flow: Vec<Value> = steps.iter().map(|step| json!({ "location": step })).collect();
            result["codeFlows"] = json!([{ "threadFlows": [{ "locations": flow }] }]);
            result["relatedLocations"] = steps
                .into_iter()
                .enumerate()
                .map(|(id, mut step)| {
                    step["id"] = json!(id);
                    step
                })
                .collect();
        }
        if let (Some(fix), Some(lines)) = (&finding.fix, texts.lines(&finding.file)) {
            let replacement = |(span, text): &(Span, String)| json!({ "deletedRegion": region(lines, *span), "insertedContent": { "text": text } });
            let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
            let change = json!({ "artifactLocation": self.artifact(&finding.file), "replacements": replacements });
            result["fixes"] = json!([{ "description": { "text": fix.title }, "artifactChanges": [change] }]);
        }
        result
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, texts: &Texts<'_>) -> Value {
        let place = (diagnostic.file.as_path(), diagnostic.span);
        self.result(&json::rule(diagnostic), word(diagnostic.level), &diagnostic.message, place, texts)
    }

    fn result(
        &mut self,
        rule: &str,
        level: &str,
        message: &str,
        (file, span): (&Path, Option<Span>),
        texts: &Texts<'_>,
    ) -> Value {
        let lines = texts.lines(file);
        let index = *self.known.entry(rule.to_owned()).or_insert_with(|| {
            self.rules.push(compiler_rule(rule));
            self.rules.len() - 1
        });
        let line = lines.zip(span).map_or("", |(lines, span)| lines.line(lines.at(span.start).0));
        let hash = fingerprint(rule, line);
        let count = self.hashes.entry((file.to_owned(), hash)).or_default();
        *count += 1;
        let print = format!("{hash:016x}:{count}");
        json!({
            "ruleId": rule,
            "ruleIndex": index,
            "level": level,
            "message": { "text": message },
            "locations": [self.location(file, span, lines)],
            "partialFingerprints": { "primaryLocationLineHash": print },
        })
    }

    fn location(&self, file: &Path, span: Option<Span>, lines: Option<&Lines<'_>>) -> Value {
        let mut physical = json!({ "artifactLocation": self.artifact(file) });
        if let (Some(span), Some(lines)) = (span, lines) {
            physical["region"] = region(lines, span);
        }
        json!({ "physicalLocation": physical })
    }

    /// Relative to the root, so that another checkout finds the file.
    fn artifact(&self, file: &Path) -> Value {
        match file.strip_prefix(&self.root) {
            Ok(below) => json!({ "uri": encoded(below), "uriBaseId": ROOT }),
            Err(_) => json!({ "uri": format!("file://{}", encoded(file)) }),
        }
    }
}

fn detector_rule(detector: &detectors::Detector) -> Value {
    let manual = detectors::manual(detector.id).unwrap_or_default();
    let about = manual.split("## What it does\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let about = about.unwrap_or(detector.title).split_whitespace().collect::<Vec<_>>().join(" ");
    let (level, score) = severity(detector.severity);
    let precision = match detector.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let enumerations = [detector.scwe].into_iter().chain(detector.also.iter().copied()).chain(detector.swc);
    let tags: Vec<&str> = std::iter::once("security").chain(enumerations).collect();
    json!({
        "id": detector.id,
        "name": pascal(detector.id),
        "shortDescription": { "text": detector.title },
        "fullDescription": { "text": about },
        "help": { "text": manual, "markdown": manual },
        "helpUri": detectors::manual_url(detector.id),
        "defaultConfiguration": { "level": level },
        "properties": { "tags": tags, "precision": precision, "security-severity": score },
    })
}

/// An error or a warning of the compiler or of our own reading, which no detector stands behind.
fn compiler_rule(id: &str) -> Value {
    let text = match id.strip_prefix("solc-") {
        Some(code) => format!("error or warning {code} of solc"),
        None => format!("error or warning about `{id}`"),
    };
    json!({ "id": id, "name": pascal(id), "shortDescription": { "text": text } })
}

/// SARIF's level, and the score by which code-scanning services tell low, medium and high.
fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::High => ("error", "8.0"),
        Severity::Medium => ("warning", "5.5"),
        Severity::Low => ("note", "3.0"),
        Severity::Info => ("note", "0.5"),
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn region(lines: &Lines<'_>, span: Span) -> Value {
    let (start, end) = (lines.at_utf16(span.start), lines.at_utf16(span.end));
    json!({ "startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1 })
}

/// A hash (FNV-1a) of the rule and its line's text, which stays when other lines come and go.
fn fingerprint(rule: &str, line: &str) -> u64 {
    let bytes = rule.bytes().chain([0]).chain(line.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// `tx-origin` as `TxOrigin`.
fn pascal(id: &str) -> String {
    let word = |word: &str| {
        word.chars().next().map(|first| first.to_ascii_uppercase().to_string() + &word[first.len_utf8()..])
    };
    id.split('-').filter_map(word).collect()
}

/// A path as part of a URI (RFC 3986): what is neither unreserved nor a slash is written in hexadecimal.
fn encoded(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.to_string_lossy().replace('\\', "/").bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
