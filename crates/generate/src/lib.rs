//! Stub -> proposal. Prompts, drafts, repair, ranking, reasoning. The only crate where model and checker meet.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod behaviour;
mod clauses;
mod complete;
mod draft;
mod early;
mod engine;
mod examples;
pub mod grammar;
mod kept;
mod lookup;
mod names;
mod nearby;
pub mod prompt;
mod proposal;
pub mod provenance;
pub mod reasoning;
mod retrieve;
mod search;
mod sketches;
mod statement;
mod weigh;

pub use complete::{Bodies, CompleteRequest, Completion, Held, complete};
pub use engine::{Desk, Engine, EngineError, EngineStatus, ModelChoice, Priority, Reader, shared_weights_dir};
pub use proposal::{Author, Behaviour, Candidate, Edit, Likelihood, ModelFacts, Proposal, Spent};
pub use search::{Decoding, GenerateOptions, GenerateRequest, OnProgress, Progress, generate, prompt_for};
pub use solwright_model::{Cancel, DeviceChoice};
