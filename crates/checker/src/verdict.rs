//! The verdict: what each layer said of one candidate, and the score that follows.

use crate::{finding::Finding, reward::Reward};
use serde::Serialize;
use solwright_syntax::Span;
use std::path::PathBuf;

/// What a layer came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The layer ran and found nothing that stops the candidate.
    Passed,
    /// The layer ran and the candidate does not stand.
    Failed,
    /// The layer did not run, because an earlier one failed.
    Skipped,
    /// The layer could not run here; the diagnostic says why and what mends it.
    Unavailable,
}

/// How a message weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The source does not stand.
    Error,
    /// The source stands, with a remark.
    Warning,
    /// About Solwright's own work, for example a compiler that is not installed.
    Note,
}

/// A message of a layer at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How it weighs.
    pub level: Level,
    /// The tool's own code, for example solc's `7576`.
    pub code: Option<String>,
    /// What is wrong, one line, with the remedy where it is known.
    pub message: String,
    /// File of the place.
    pub file: PathBuf,
    /// The place, in bytes, when it is known.
    pub span: Option<Span>,
}

/// One layer's part of the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// What it came to.
    pub status: Status,
    /// What it said.
    pub diagnostics: Vec<Diagnostic>,
}

/// Milliseconds of wall time each layer took; zero where it did not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Timings {
    /// Layer 0.
    pub format: f64,
    /// Layer 1.
    pub syntax: f64,
    /// Layer 2.
    pub resolve: f64,
    /// Layer 3.
    pub compile: f64,
    /// Layer 4.
    pub security: f64,
    /// From the first layer to the last.
    pub total: f64,
}

/// What the checker says of one candidate (`checker.md`, layers 0 to 4).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// Layer 0: the answer's form.
    pub format: Layer,
    /// Layer 1: tree-sitter.
    pub syntax: Layer,
    /// Layer 2: solar's names and types, a filter that orders the work.
    pub resolve: Layer,
    /// Layer 3: the real solc.
    pub compile: Layer,
    /// Layer 4: the detectors.
    pub security: Layer,
    /// What the detectors found in the candidate's own lines.
    pub findings: Vec<Finding>,
    /// The score.
    pub reward: Reward,
    /// What each layer cost.
    pub milliseconds: Timings,
}

impl Layer {
    /// A layer that ran and found nothing to say.
    pub fn passed() -> Self {
        Self { status: Status::Passed, diagnostics: Vec::new() }
    }

    /// A layer that an earlier failure made pointless.
    pub fn skipped() -> Self {
        Self { status: Status::Skipped, diagnostics: Vec::new() }
    }

    /// A layer that cannot run here, and why.
    pub fn unavailable(diagnostic: Diagnostic) -> Self {
        Self { status: Status::Unavailable, diagnostics: vec![diagnostic] }
    }

    /// A layer that ran: failed when one of its diagnostics is an error.
    pub fn of(diagnostics: Vec<Diagnostic>) -> Self {
        let failed = diagnostics.iter().any(|d| d.level == Level::Error);
        Self { status: if failed { Status::Failed } else { Status::Passed }, diagnostics }
    }

    /// Whether the layer ran and the candidate stands.
    pub fn is_passed(&self) -> bool {
        self.status == Status::Passed
    }

    /// Whether the layer ran and the candidate does not stand.
    pub fn is_failed(&self) -> bool {
        self.status == Status::Failed
    }
}

impl Verdict {
    /// Whether the real compiler took the candidate.
    pub fn compiles(&self) -> bool {
        self.compile.is_passed()
    }

    /// Whether the candidate compiles and no finding of medium severity or above stands in it.
    pub fn is_safe(&self) -> bool {
        self.compiles() && self.security.is_passed()
    }
}
