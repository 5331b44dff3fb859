//! The stable JSON of `commands.md`: findings, verdicts and proposals, with lines and columns that count from 1.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use solwright_checker::{Diagnostic, Finding, Layer, Level, Verdict};
use solwright_generate::{Candidate, Proposal, reasoning::Stage};
use solwright_syntax::{LineIndex, PositionEncoding, Span};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A place in a file, in bytes of UTF-8, as programs name it on our input.
#[derive(Deserialize)]
pub struct ByteRange {
    pub start: usize,
    pub end: usize,
}

/// A text and its lines: turns byte spans into ranges.
pub struct Lines<'a> {
    text: &'a str,
    index: LineIndex,
}

impl<'a> Lines<'a> {
    /// The lines of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, index: LineIndex::new(text) }
    }

    /// Line and column of a byte, both from 1.
    pub fn at(&self, offset: usize) -> (u32, u32) {
        let position = self.index.position(self.text, offset, PositionEncoding::Utf32);
        (position.line + 1, position.character + 1)
    }

    /// The same, with columns in UTF-16 code units, as SARIF counts them.
    pub fn at_utf16(&self, offset: usize) -> (u32, u32) {
        let position = self.index.position(self.text, offset, PositionEncoding::Utf16);
        (position.line + 1, position.character + 1)
    }

    /// A line's text, from 1.
    pub fn line(&self, number: u32) -> &'a str {
        self.index.line_span(number.saturating_sub(1)).text(self.text).trim_end()
    }

    fn place(&self, offset: usize) -> Value {
        let (line, column) = self.at(offset);
        json!({ "line": line, "column": column })
    }

    fn range(&self, span: Span) -> Value {
        json!({ "start": self.place(span.start), "end": self.place(span.end) })
    }
}

/// The texts that the messages of one file name places in.
pub struct Texts<'a> {
    main: &'a Path,
    lines: Lines<'a>,
    others: Vec<(&'a Path, Lines<'a>)>,
}

impl<'a> Texts<'a> {
    /// The file at `main`, alone.
    pub fn of(main: &'a Path, text: &'a str) -> Self {
        Self { main, lines: Lines::new(text), others: Vec::new() }
    }

    /// The same with other files.
    pub fn with(self, others: &'a [(PathBuf, Arc<str>)]) -> Self {
        Self { others: others.iter().map(|(path, text)| (path.as_path(), Lines::new(text))).collect(), ..self }
    }

    /// The lines of a file, where its text is at hand.
    pub fn lines(&self, file: &Path) -> Option<&Lines<'a>> {
        if file == self.main {
            return Some(&self.lines);
        }
        self.others.iter().find(|(path, _)| *path == file).map(|(_, lines)| lines)
    }

    fn range(&self, file: &Path, span: Span) -> Option<Value> {
        Some(self.lines(file)?.range(span))
    }
}

/// A finding.
pub fn finding(finding: &Finding, texts: &Texts<'_>) -> Value {
    let trace: Vec<Value> = finding
        .trace
        .iter()
        .map(|step| {
            let mut value = json!({ "file": step.file, "message": step.message });
            if let Some(range) = texts.range(&step.file, step.span) {
                value["range"] = range;
            }
            value
        })
        .collect();
    let mut value = json!({
        "detector": finding.detector,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "note": finding.note,
        "help": finding.help,
        "file": finding.file,
        "range": texts.range(&finding.file, finding.span),
        "trace": trace,
        "scwe": finding.scwe,
    });
    if let Some(swc) = finding.swc {
        value["swc"] = swc.into();
    }
    if let Some(fix) = &finding.fix {
        let edit =
            |(span, text): &(Span, String)| json!({ "range": texts.range(&finding.file, *span), "newText": text });
        value["fix"] = json!({ "title": fix.title, "edits": fix.edits.iter().map(edit).collect::<Vec<_>>() });
    }
    value
}

/// An error or warning of the syntax, an import or solc, in the form of a finding.
pub fn diagnostic(diagnostic: &Diagnostic, texts: &Texts<'_>) -> Value {
    let severity = match diagnostic.level {
        Level::Error => "high",
        Level::Warning | Level::Note => "info",
    };
    let mut value = json!({
        "detector": rule(diagnostic),
        "severity": severity,
        "confidence": "high",
        "message": diagnostic.message,
        "note": "",
        "help": "",
        "file": diagnostic.file,
        "trace": [],
        "scwe": "",
    });
    if let Some(range) = diagnostic.span.and_then(|span| texts.range(&diagnostic.file, span)) {
        value["range"] = range;
    }
    value
}

/// What an error or a warning is called where a finding names its detector.
pub fn rule(diagnostic: &Diagnostic) -> String {
    diagnostic.code.as_ref().map_or_else(|| "solwright".to_owned(), |code| source(code))
}

/// solc's codes are numbers; our own are words.
pub fn source(code: &str) -> String {
    if code.chars().all(|sign| sign.is_ascii_digit()) { format!("solc-{code}") } else { code.to_owned() }
}

/// A proposal.
pub fn proposal(proposal: &Proposal, text: &str) -> Value {
    let lines = Lines::new(text);
    let best = proposal.best();
    let edit = proposal.edit.as_ref().map(|edit| json!({ "range": lines.range(edit.span), "newText": edit.new_text }));
    json!({
        "file": proposal.file,
        "function": proposal.function,
        "code": best.map(|best| best.code.clone()),
        "edit": edit,
        "reasoning": best.map(|best| reasoning(&best.reasoning, &best.spliced)),
        "reasoning_by": best.map(|best| if best.is_composed { "analyser" } else { "model" }),
        "verdict": best.map(|best| verdict(&best.verdict, &best.spliced)),
        "candidates": proposal.candidates.iter().map(candidate).collect::<Vec<_>>(),
        "model": proposal.model,
        "seed": proposal.seed,
        "tokens_per_second": proposal.tokens_per_second,
        "first_token_milliseconds": proposal.first_token_milliseconds,
        "milliseconds": proposal.milliseconds,
        "notes": proposal.notes,
    })
}

/// A verdict on the file `text`.
pub fn verdict(verdict: &Verdict, text: &str) -> Value {
    let lines = Lines::new(text);
    let layers = [
        ("format", &verdict.format),
        ("syntax", &verdict.syntax),
        ("resolve", &verdict.resolve),
        ("compile", &verdict.compile),
        ("security", &verdict.security),
    ];
    let mut value: Map<String, Value> =
        layers.into_iter().map(|(name, part)| (name.to_owned(), layer(part, &lines))).collect();
    value.insert(
        "findings".into(),
        verdict.findings.iter().map(|found| finding(found, &Texts::of(&found.file, text))).collect(),
    );
    value.insert("reward".into(), json!(verdict.reward));
    value.insert("milliseconds".into(), json!(verdict.milliseconds));
    Value::Object(value)
}

fn layer(layer: &Layer, lines: &Lines<'_>) -> Value {
    let messages: Vec<Value> = layer
        .diagnostics
        .iter()
        .map(|diagnostic| {
            json!({
                "level": diagnostic.level,
                "code": diagnostic.code,
                "message": diagnostic.message,
                "range": diagnostic.span.map(|span| lines.range(span)),
            })
        })
        .collect();
    json!({ "status": layer.status, "messages": messages })
}

fn candidate(candidate: &Candidate) -> Value {
    json!({
        "rank": candidate.rank,
        "code": candidate.code,
        "written_by": candidate.author,
        "likelihood": candidate.likelihood,
        "verdict": verdict(&candidate.verdict, &candidate.spliced),
        "behaviour": candidate.behaviour,
        "repairs": candidate.repairs,
        "tokens": candidate.tokens,
    })
}

fn reasoning(stages: &[Stage], text: &str) -> Value {
    let lines = Lines::new(text);
    stages
        .iter()
        .map(|stage| {
            let claims: Vec<Value> = stage
                .claims
                .iter()
                .map(|claim| {
                    let mut value = json!({ "text": claim.text, "status": claim.status });
                    if let Some(span) = claim.at {
                        value["at"] = lines.place(span.start);
                    }
                    value
                })
                .collect();
            json!({ "stage": stage.name, "text": stage.text, "claims": claims })
        })
        .collect()
}
