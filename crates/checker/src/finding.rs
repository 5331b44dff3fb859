//! A finding: one weakness at one place, with why it matters and how to mend it.

use serde::Serialize;
use solwright_syntax::Span;
use std::{fmt, path::PathBuf, str::FromStr};

/// How bad the weakness is when it is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; no loss follows from it.
    Info,
    /// Loss needs unlikely circumstances.
    Low,
    /// Loss needs circumstances that an attacker may arrange.
    Medium,
    /// An attacker takes or freezes money, or takes over the contract.
    High,
}

/// How sure the detector is that the weakness is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The pattern alone was seen.
    Low,
    /// The flow was followed, with an assumption on the way.
    Medium,
    /// The flow was followed from source to sink.
    High,
}

/// One step of the way from source to sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// File of the step.
    pub file: PathBuf,
    /// Place of the step, in bytes.
    pub span: Span,
    /// What happens there.
    pub message: String,
}

/// An edit that mends the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What the edit does, as a menu entry.
    pub title: String,
    /// Replacements in the finding's own file, by byte span, none overlapping.
    pub edits: Vec<(Span, String)>,
}

/// One weakness at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the detector, for example `tx-origin`.
    pub detector: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the detector is.
    pub confidence: Confidence,
    /// What is wrong, one line.
    pub message: String,
    /// Why it is wrong.
    pub note: String,
    /// How to mend it.
    pub help: String,
    /// File of the finding.
    pub file: PathBuf,
    /// Place of the finding, in bytes.
    pub span: Span,
    /// The way from source to sink.
    pub trace: Vec<TraceStep>,
    /// OWASP Smart Contract Weakness Enumeration id, for example `SCWE-046`.
    pub scwe: &'static str,
    /// Smart Contract Weakness Classification id, where there is one, for example `SWC-107`.
    pub swc: Option<&'static str>,
    /// A safe edit, where there is one.
    pub fix: Option<Fix>,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "info" => Ok(Self::Info),
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            other => Err(format!("`{other}` is no severity, use `info`, `low`, `medium` or `high`")),
        }
    }
}

impl FromStr for Confidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            other => Err(format!("`{other}` is no confidence, use `low`, `medium` or `high`")),
        }
    }
}
