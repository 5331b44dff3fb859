//! Reasoning: fixed stages of plain sentences. `write` composes them from what the analyser proves, for the training data, and `explain`
//! for a reader; `read` takes a model's sentences apart and marks each claim by the same facts, for the hover. One grammar, two directions.

mod arithmetic;
mod claim;
mod compose;
mod decide;
mod facts;

pub use claim::Claim;
pub use facts::{Facts, facts_at};

use compose::{Detail, compose};
use decide::decide;
use serde::{Deserialize, Serialize};
use solwright_syntax::{NatSpec, Span};

/// Whether a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimStatus {
    /// The analyser proves it of the code.
    Holds,
    /// The analyser proves the contrary.
    Fails,
    /// No program can tell.
    Untestable,
}

/// One stage of the reasoning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name, one of [`STAGES`].
    pub name: String,
    /// What the model says.
    pub text: String,
    /// The sentences that claim something, each marked.
    pub claims: Vec<MarkedClaim>,
}

/// A sentence and its mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedClaim {
    /// The sentence.
    pub text: String,
    /// Whether it stands.
    pub status: ClaimStatus,
    /// Where the code shows it, in bytes of the judged file.
    #[serde(skip)]
    pub at: Option<Span>,
}

/// The stages in their order: what the function is for, what it is given, who may call it, what it changes in which order, what
/// leaves the contract, what makes it fail, and what follows for its safety.
pub const STAGES: [&str; 7] = ["Purpose", "Inputs", "Access", "State", "Calls", "Failures", "Security"];

/// The reasoning that the facts prove, one stage a line, as models are taught it; `purpose` is the author's own sentence.
pub fn write(facts: &Facts, purpose: &str) -> String {
    compose(facts, purpose, Detail::Taught)
}

/// All that the facts prove and a sentence can say, one stage a line.
pub fn explain(facts: &Facts, purpose: &str) -> String {
    compose(facts, purpose, Detail::Full)
}

/// What a function is for, in one sentence of its author's; without NatSpec its name must do.
pub fn purpose(natspec: Option<&NatSpec>, name: &str) -> Option<String> {
    let said = match natspec {
        Some(natspec) => natspec.notice.clone().or(natspec.dev.clone())?,
        None => words(name),
    };
    Some(first_sentence(&said).to_owned())
}

/// `setFeeRecipient` as `Set fee recipient`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for sign in name.trim_start_matches('_').chars() {
        match (out.is_empty(), sign.is_uppercase()) {
            (true, _) => out.extend(sign.to_uppercase()),
            (false, true) => {
                out.push(' ');
                out.extend(sign.to_lowercase());
            }
            (false, false) => out.push(sign),
        }
    }
    out
}

fn first_sentence(text: &str) -> &str {
    const LONGEST: usize = 160;
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first);
    &sentence[..sentence.floor_char_boundary(LONGEST)]
}

/// A model's reasoning, each claim marked by the facts of the code it speaks of; without facts nothing can be told.
pub fn read(text: &str, facts: Option<&Facts>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let named = line.split_once(':').filter(|(name, _)| STAGES.contains(&name.trim()));
        match (named, stages.last_mut()) {
            (Some((name, text)), _) => {
                stages.push(Stage { name: name.trim().to_owned(), text: text.trim().to_owned(), claims: Vec::new() });
            }
            (None, Some(stage)) => {
                stage.text.push(' ');
                stage.text.push_str(line);
            }
            (None, None) => {
                stages.push(Stage { name: STAGES[0].to_owned(), text: line.to_owned(), claims: Vec::new() });
            }
        }
    }
    for stage in &mut stages {
        stage.claims = if stage.name == STAGES[0] { Vec::new() } else { marked(&stage.text, facts) };
    }
    stages
}

fn marked(text: &str, facts: Option<&Facts>) -> Vec<MarkedClaim> {
    let mark = |sentence: &str| {
        let (status, at) = match (Claim::read(sentence), facts) {
            (Some(claim), Some(facts)) => decide(&claim, facts),
            _ => (ClaimStatus::Untestable, None),
        };
        MarkedClaim { text: sentence.to_owned(), status, at }
    };
    split(text).into_iter().map(mark).collect()
}

/// Sentences end at `; ` and at `. `, outside of back-ticked code.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut code) = (Vec::new(), 0, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '`' => code = !code,
            ';' | '.' if !code && text[at + 1..].chars().next().is_none_or(char::is_whitespace) => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests;
