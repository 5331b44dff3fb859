//! What a judgement means for the search: what to mend first, and which of two candidates is better.

use crate::{
    proposal::{Author, Candidate},
    reasoning::{ClaimStatus, Stage},
    statement::repeated_statement,
};
use solwright_checker::{Diagnostic, Judgement, Level, Severity, Verdict};
use solwright_syntax::Span;
use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
};

/// What must be mended first, and where in the body's text it stands.
pub struct Failure {
    /// Byte of the body's text, after the line of the signature.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// Whether the draft repeats itself.
    pub repeats: bool,
    /// Whether the compiler refuses it or it has not the asked form.
    pub refused: bool,
}

/// The first thing to mend, what the compiler refuses before what is merely poor; `None` when the candidate is fine, or when only
/// what stands outside of it is wrong.
pub fn failure(judgement: &Judgement) -> Option<Failure> {
    let Judgement { verdict, splice, answer, .. } = judgement;
    let body = answer.code.find('{').map_or(0, |at| at + 1);
    let place = |span: Span| {
        raw_offset(&answer.code, splice.span.text(&splice.text), span.start.saturating_sub(splice.span.start))
    };
    for layer in [&verdict.syntax, &verdict.compile] {
        for diagnostic in layer.diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error) {
            if let Some(span) = diagnostic.span.filter(|span| splice.span.contains(span.start)) {
                // The forced head ends with a brace and a new line.
                let at = place(span).saturating_sub(body + 1);
                return Some(Failure { at, message: diagnostic.message.clone(), repeats: false, refused: true });
            }
        }
    }
    if let Some(message) = verdict.format.diagnostics.first() {
        return Some(Failure { at: 0, message: message.message.clone(), repeats: false, refused: true });
    }
    if let Some(at) = repeated_statement(&answer.code[body..]) {
        return Some(Failure {
            at: at + 1,
            message: "the draft repeats itself".to_owned(),
            repeats: true,
            refused: false,
        });
    }
    let inside = |span: Span| if splice.span.contains(span.start) { place(span).saturating_sub(body + 1) } else { 0 };
    let worst =
        verdict.findings.iter().filter(|finding| finding.severity >= Severity::Medium).max_by_key(|f| f.severity);
    if let Some(worst) = worst {
        return Some(Failure {
            at: inside(worst.span),
            message: worst.message.clone(),
            repeats: false,
            refused: false,
        });
    }
    let remark = remarks(verdict, splice.span).next()?;
    Some(Failure { at: remark.span.map_or(0, inside), message: remark.message.clone(), repeats: false, refused: false })
}

/// The byte of `raw` that stands for byte `at` of `placed`, the same code in another indentation.
pub fn raw_offset(raw: &str, placed: &str, at: usize) -> usize {
    let solid = placed.char_indices().take_while(|&(index, _)| index < at).filter(|(_, c)| !c.is_whitespace()).count();
    raw.char_indices().filter(|(_, c)| !c.is_whitespace()).nth(solid).map_or(raw.len(), |(index, _)| index)
}

/// The score, a shade lower for code that repeats itself and for each remark of solc: a parameter that nothing reads, a value that
/// is never returned, a function that could be `view` though it was asked to act.
pub fn merit(verdict: &Verdict, span: Span, code: &str) -> f64 {
    const SHADE: f64 = 0.01;
    let body = code.split_once('{').map_or(code, |(_, body)| body);
    let remarks = remarks(verdict, span).count() + usize::from(repeated_statement(body).is_some());
    verdict.reward.total - SHADE * remarks as f64
}

/// solc's warnings about the candidate itself.
fn remarks(verdict: &Verdict, span: Span) -> impl Iterator<Item = &Diagnostic> {
    let inside = move |diagnostic: &&Diagnostic| diagnostic.span.is_some_and(|at| span.contains(at.start));
    verdict.compile.diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Warning).filter(inside)
}

/// What reads the same, kept once with the number of its copies, best first: what compiles and is safe, then by its weight, by the score,
/// what the model wrote before what names suggest, by how much of its own reasoning the code contradicts, and by the model's certainty.
pub fn rank(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut places = HashMap::new();
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let place = *places.entry(candidate.code.split_whitespace().collect::<String>()).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(same) => {
                let copies = same.copies + 1;
                if finer(&candidate, same).is_lt() {
                    *same = candidate;
                }
                same.copies = copies;
            }
            None => kept.push(candidate),
        }
    }
    kept.sort_by(|a, b| gate(a).cmp(&gate(b)).then(weight(b).total_cmp(&weight(a))).then_with(|| finer(a, b)));
    number(&mut kept);
    kept
}

/// What a candidate gains that names all that is asked for, in nats. On 40 tasks of the validation split 5 to 40 are alike.
pub const FIT: f64 = 10.0;

/// The logarithm of what a candidate weighs beside others: how likely the model finds it with the reasoning that is true of it, how well
/// what it names fits, how many drafts came to it, and less for each remark of solc's.
pub fn weight(candidate: &Candidate) -> f64 {
    const REMARK: f64 = 5.0;
    let likelihood = candidate.likelihood.map_or(0.0, |likelihood| likelihood.log() + FIT * candidate.fit);
    let remarks = remarks(&candidate.verdict, candidate.span).count();
    (candidate.copies as f64).ln() + likelihood - REMARK * remarks as f64
}

/// What a draft must pass before anything else about it counts: it compiles, nothing grave is found in it, and it is something.
pub fn gate(candidate: &Candidate) -> Reverse<(bool, bool, bool)> {
    let verdict = &candidate.verdict;
    Reverse((verdict.compiles(), verdict.is_safe(), verdict.reward.total > 0.0))
}

/// Ranks from 1, in the order that they stand in.
pub fn number(candidates: &mut [Candidate]) {
    for (at, candidate) in candidates.iter_mut().enumerate() {
        candidate.rank = at + 1;
    }
}

fn finer(a: &Candidate, b: &Candidate) -> Ordering {
    let by_merit = merit(&b.verdict, b.span, &b.code).total_cmp(&merit(&a.verdict, a.span, &a.code));
    let by_reasoning = contradicted(&a.reasoning).total_cmp(&contradicted(&b.reasoning));
    let by_author = sketched(a).cmp(&sketched(b));
    by_merit.then(by_author).then(by_reasoning).then(b.mean_log_probability.total_cmp(&a.mean_log_probability))
}

fn sketched(candidate: &Candidate) -> bool {
    candidate.author != Author::Model
}

/// Share of the claims that the code contradicts.
pub fn contradicted(stages: &[Stage]) -> f64 {
    let claims = || stages.iter().flat_map(|stage| &stage.claims);
    let failing = claims().filter(|claim| claim.status == ClaimStatus::Fails).count();
    failing as f64 / claims().count().max(1) as f64
}

/// The first error that keeps the candidate from compiling.
pub fn first_error(verdict: &Verdict) -> Option<&str> {
    let said = [&verdict.syntax, &verdict.compile].into_iter().flat_map(|layer| &layer.diagnostics);
    said.into_iter().find(|diagnostic| diagnostic.level == Level::Error).map(|error| error.message.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_indented_code_is_found_in_the_raw_code() {
        let raw = "function f() external {\n    x = 1;\n    y = 2;\n}";
        let placed = "function f() external {\n        x = 1;\n        y = 2;\n    }";
        let at = placed.find("y = 2").unwrap();
        assert!(raw[raw_offset(raw, placed, at)..].starts_with("y = 2"));
        assert_eq!(raw_offset(raw, placed, placed.len()), raw.len());
    }
}
