//! Fixes, checked before anyone is offered them.
//!
//! A detector proposes edits; here they are made, and the file is looked at again by the detectors and, where it compiled before, by
//! the real solc with code generation. A fix stands when what it mends is gone and nothing new has come; advice (severity info) is no
//! price for mending something grave: whom else to ask is said best once somebody is asked at all. Several fixes of one file are
//! tried together and halved until those that spoil the rest are left out, so that the good case costs one check.

use crate::{
    checker::Checker,
    compile::{CompileError, Output},
    detectors,
    finding::{Finding, Severity},
    splice::closed,
    verdict::Level,
};
use solwright_analysis::{Program, project::Sources};
use solwright_syntax::{Document, Span};
use std::{sync::OnceLock, time::Instant};
use thiserror::Error;

/// Text in the place of some bytes.
pub type Edit = (Span, String);

/// Why a fix is not offered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The finding has none.
    #[error("there is no fix")]
    NoFix,
    /// Two edits change the same place, or one lies outside of the text.
    #[error("its place is changed by another fix")]
    Overlap,
    /// The text falls apart.
    #[error("the file would not parse")]
    Unparsed,
    /// The finding is still there.
    #[error("`{detector}` would still be found")]
    Stays {
        /// Who finds it.
        detector: &'static str,
    },
    /// Something else is found.
    #[error("it would bring `{detector}`: {message}")]
    Brings {
        /// Who finds it.
        detector: &'static str,
        /// What is found.
        message: String,
    },
    /// The compiler refuses the result.
    #[error("it would not compile: {0}")]
    Breaks(String),
    /// The time is over.
    #[error("there was no time to check it")]
    Late,
}

/// A file before its fixes.
pub struct Before {
    sources: Sources,
    findings: Vec<Finding>,
    damage: usize,
    /// Whether the compiler takes it; asked when the first fix has passed the detectors.
    compiles: OnceLock<bool>,
}

/// A file after fixes that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The whole text.
    pub text: String,
    /// What was changed, by spans of the text before, in order.
    pub edits: Vec<Edit>,
    /// Whether the compiler took it; otherwise it could not be asked, or refused the text before.
    pub compiled: bool,
}

/// Which of several fixes stand together.
#[derive(Clone, Debug, Default)]
pub struct Settled<'f> {
    /// The file with all of them; `None` when none stands.
    pub mended: Option<Mended>,
    /// What is mended.
    pub applied: Vec<&'f Finding>,
    /// What is not, and why.
    pub refused: Vec<(&'f Finding, Refusal)>,
}

impl Before {
    /// Looks through the main file.
    pub fn new(checker: &Checker, sources: Sources) -> Self {
        let (findings, damage) = detect(checker, &sources);
        Self { sources, findings, damage, compiles: OnceLock::new() }
    }

    /// What the detectors found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The file with the fixes of all of these findings, when they stand together.
    pub fn verify(&self, checker: &Checker, mended: &[&Finding], deadline: Instant) -> Result<Mended, Refusal> {
        let mut edits = Vec::new();
        for finding in mended {
            edits.extend(finding.fix.as_ref().ok_or(Refusal::NoFix)?.edits.iter().cloned());
        }
        let edits = in_order(edits);
        let text = apply(&self.sources.main().text, &edits).ok_or(Refusal::Overlap)?;
        left(deadline)?;
        let sources = self.sources.with_main(&text);
        let (after, damage) = detect(checker, &sources);
        if damage > self.damage {
            return Err(Refusal::Unparsed);
        }
        if let Some(new) = self.first_new(mended, &edits, &after) {
            let is_mended = |finding: &&&Finding| finding.detector == new.detector && is_at(finding, &edits, new);
            return Err(match mended.iter().find(is_mended) {
                Some(_) => Refusal::Stays { detector: new.detector },
                None => Refusal::Brings { detector: new.detector, message: new.message.clone() },
            });
        }
        let compiled = self.compiles(checker, deadline)?;
        if compiled && let Some(error) = compile(checker, &sources, deadline)? {
            return Err(Refusal::Breaks(error));
        }
        Ok(Mended { text, edits, compiled })
    }

    /// As many fixes of these findings as stand together, earlier ones before later ones.
    pub fn settle<'f>(&self, checker: &Checker, wanted: &[&'f Finding], deadline: Instant) -> Settled<'f> {
        let mut settled = Settled::default();
        self.settle_into(checker, wanted, deadline, &mut settled);
        settled
    }

    fn settle_into<'f>(&self, checker: &Checker, wanted: &[&'f Finding], deadline: Instant, settled: &mut Settled<'f>) {
        if wanted.is_empty() {
            return;
        }
        let together = [&settled.applied, wanted].concat();
        match (self.verify(checker, &together, deadline), wanted) {
            (Ok(mended), _) => (settled.mended, settled.applied) = (Some(mended), together),
            (Err(refusal), [one]) => settled.refused.push((one, refusal)),
            (Err(_), several) => {
                let (first, second) = several.split_at(several.len() / 2);
                self.settle_into(checker, first, deadline, settled);
                self.settle_into(checker, second, deadline, settled);
            }
        }
    }

    /// The first finding that counts and was not there before, `mended` aside: each of the old ones accounts for one of its detector at
    /// its place.
    fn first_new<'n>(&self, mended: &[&Finding], edits: &[Edit], after: &'n [Finding]) -> Option<&'n Finding> {
        let is_kept = |old: &&Finding| !mended.iter().any(|one| one.detector == old.detector && one.span == old.span);
        let mut old: Vec<&Finding> = self.findings.iter().filter(is_kept).collect();
        let is_grave = mended.iter().any(|finding| finding.severity > Severity::Info);
        after.iter().filter(|new| new.severity > Severity::Info || !is_grave).find(|new| {
            let known = old.iter().position(|old| old.detector == new.detector && is_at(old, edits, new));
            known.map(|at| old.swap_remove(at)).is_none()
        })
    }

    fn compiles(&self, checker: &Checker, deadline: Instant) -> Result<bool, Refusal> {
        if let Some(known) = self.compiles.get() {
            return Ok(*known);
        }
        // A compiler that is missing or refuses this text has no say in its fixes.
        let compiles = match compile(checker, &self.sources, deadline) {
            Err(Refusal::Late) => return Err(Refusal::Late),
            answer => answer == Ok(None),
        };
        Ok(*self.compiles.get_or_init(|| compiles))
    }
}

/// Findings of the main file, and how many places of it did not parse.
fn detect(checker: &Checker, sources: &Sources) -> (Vec<Finding>, usize) {
    let program = Program::build(sources);
    (detectors::run(&program, checker.detectors()), program.file(0).damage.len())
}

/// The compiler's first error. What is yet to be written is closed, as for a candidate; code generation is asked for too, for only it says `stack too deep`.
fn compile(checker: &Checker, sources: &Sources, deadline: Instant) -> Result<Option<String>, Refusal> {
    let closed = sources.with_main(&closed(&Document::parse(&*sources.main().text)));
    let asked = checker.compilers().compile_within(&closed, Output::Bytecode { optimize: false }, left(deadline)?);
    match asked {
        Ok(report) => {
            Ok(report.diagnostics.into_iter().find(|said| said.level == Level::Error).map(|said| said.message))
        }
        Err(CompileError::Deadline { .. }) => Err(Refusal::Late),
        Err(other) => Err(Refusal::Breaks(other.to_string())),
    }
}

fn left(deadline: Instant) -> Result<std::time::Duration, Refusal> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(Refusal::Late) } else { Ok(left) }
}

/// Sorted by place; what two fixes ask for alike is done once.
fn in_order(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|(span, _)| *span);
    let mut once: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        if !once.contains(&edit) {
            once.push(edit);
        }
    }
    once
}

/// The text with edits that are in order; `None` when they overlap or lie outside.
fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (span, new_text) in edits {
        out.push_str(text.get(at..span.start)?);
        out.push_str(new_text);
        at = span.end.max(span.start);
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Whether a finding of the text before, moved by the edits, is at the place of one of the text after.
fn is_at(old: &Finding, edits: &[Edit], new: &Finding) -> bool {
    let start = moved(old.span.start, edits);
    let span = Span::new(start, moved(old.span.end, edits).max(start));
    span.start == new.span.start || span.overlaps(new.span)
}

/// Where a byte of the text before is in the text after; what is replaced is at the replacement's start.
fn moved(offset: usize, edits: &[Edit]) -> usize {
    let mut shifted = offset;
    for (span, new_text) in edits.iter().filter(|(span, _)| span.start <= offset) {
        let gone = span.end.min(offset) - span.start;
        let come = if span.end <= offset { new_text.len() } else { 0 };
        shifted = shifted - gone + come;
    }
    shifted
}

#[cfg(test)]
mod tests;
