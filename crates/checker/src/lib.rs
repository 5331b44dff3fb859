//! Candidate -> verdict. Layers of `checker.md`, from cheap to dear. Knows no LSP and no model.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod behaviour;
mod checker;
pub mod compile;
pub mod config;
pub mod detectors;
pub mod finding;
pub mod fix;
pub mod format;
pub mod resolve;
pub mod reward;
pub mod splice;
pub mod suppress;
pub mod verdict;

pub use checker::{Checker, CheckerConfig, Depth, FileReport, Follow, IMPORT, Judgement, SYNTAX, UNKNOWN_DETECTOR};
pub use config::Configuration;
pub use finding::{Confidence, Finding, Fix, Severity, TraceStep};
pub use reward::Reward;
pub use verdict::{Diagnostic, Layer, Level, Status, Timings, Verdict};
