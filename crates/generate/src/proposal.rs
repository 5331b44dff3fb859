//! The proposal: the best draft, its verdict and reasoning, and the runners-up (`commands.md`, `generate --format json`).

use crate::reasoning::Stage;
use serde::{Deserialize, Serialize};
use solwright_checker::{Verdict, compile::CompiledContract};
use solwright_syntax::Span;
use std::{path::PathBuf, time::Duration};

/// What is offered for one stub.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// File of the stub.
    pub file: PathBuf,
    /// Name of the function.
    pub function: String,
    /// Name of its contract.
    pub contract: String,
    /// The edit that writes the best candidate; `None` when no candidate compiles.
    pub edit: Option<Edit>,
    /// All candidates, best first, none twice.
    pub candidates: Vec<Candidate>,
    /// The model that wrote them.
    pub model: ModelFacts,
    /// Seed of the first candidate; the n-th has `seed + n`.
    pub seed: u64,
    /// Tokens written per second while candidates were written and judged, all together.
    pub tokens_per_second: f64,
    /// Wall time from the request to the first token of reasoning.
    pub first_token_milliseconds: f64,
    /// Wall time from the request to the proposal.
    pub milliseconds: f64,
    /// What the reader should know, for example that the contract did not compile before either.
    pub notes: Vec<String>,
}

/// A replacement in the stub's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The stub's span, in bytes of the text that the request carried.
    pub span: Span,
    /// The function, indented for its place.
    pub new_text: String,
}

/// One draft and what the checker says of it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// 1 for the best.
    pub rank: usize,
    /// How many drafts came to this code.
    pub copies: usize,
    /// The function, as the model wrote it.
    pub code: String,
    /// The whole file with the candidate in its place; spans of the verdict refer to it.
    pub spliced: String,
    /// Where the candidate stands in `spliced`.
    pub span: Span,
    /// The model's reasoning, stage by stage, each claim marked.
    pub reasoning: Vec<Stage>,
    /// Whether the reasoning is the analyser's, for the model claimed nothing.
    pub is_composed: bool,
    /// What the checker says.
    pub verdict: Verdict,
    /// What was mended on the way, one line a round.
    pub repairs: Vec<String>,
    /// Tokens the model wrote, repairs included.
    pub tokens: usize,
    /// Where the time to write them went.
    pub spent: Spent,
    /// What compiled, with the candidate in its place.
    pub contracts: Vec<CompiledContract>,
    /// How it behaves beside the other drafts; `None` when that was not looked at or nothing can be seen.
    pub behaviour: Option<Behaviour>,
    /// Mean log-probability of the tokens, in nats; ranks candidates of equal score.
    pub mean_log_probability: f64,
    /// Who wrote it.
    pub author: Author,
    /// How well what it names fits the words of what is asked; 1 is all of them.
    pub fit: f64,
    /// How likely the model finds it, whoever wrote it; `None` when it was not asked.
    pub likelihood: Option<Likelihood>,
}

/// Time that the tokens of a draft took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// To ask the constraint what may be written.
    pub constraint: Duration,
    /// To wait for the model's passes, which drafts share.
    pub passes: Duration,
}

/// Who wrote a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// The model.
    Model,
    /// Names and types left few bodies open, and this is one of them.
    Names,
}

/// Log-probabilities of a candidate, in nats.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Likelihood {
    /// Of the reasoning that is true of it, after the prompt.
    pub reasoning: f64,
    /// Of its code, after that.
    pub code: f64,
    /// Tokens of the code.
    pub tokens: usize,
}

impl Likelihood {
    /// Of both together.
    pub fn log(self) -> f64 {
        self.reasoning + self.code
    }
}

/// What drawn calls say of a draft when there is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    /// No call tells it from a body that does nothing.
    pub idle: bool,
    /// Drafts that no call tells from it, itself included.
    pub alike: usize,
    /// Which group of those it is in; nothing for one that is idle.
    pub group: Option<usize>,
}

/// Which model wrote a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Its name, from the GGUF's metadata.
    pub name: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// Quantization of most of its weights.
    pub quantization: String,
    /// Where it runs.
    pub device: String,
}

impl Proposal {
    /// The best candidate.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first()
    }

    /// Time that the constraint took of all drafts, as a share of their model's passes.
    pub fn constraint_share(&self) -> f64 {
        let sum = |of: fn(&Spent) -> Duration| self.candidates.iter().map(|one| of(&one.spent)).sum::<Duration>();
        let passes = sum(|spent| spent.passes).as_secs_f64();
        if passes > 0.0 { sum(|spent| spent.constraint).as_secs_f64() / passes } else { 0.0 }
    }
}
