//! What is known of functions that Solwright wrote: kept in memory while the server lives, and beside the project for tomorrow.

use crate::{
    documents::Snapshot,
    state::{Failure, State},
};
use dashmap::DashMap;
use solwright_analysis::project::Project;
use solwright_generate::{
    Candidate, Proposal,
    provenance::{self, Record},
};
use std::{path::Path, sync::Arc};

/// Explanations by the hash of the function's text.
#[derive(Default)]
pub struct Explanations(DashMap<String, Arc<Explanation>>);

/// Why a function is as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What is kept of the proposal.
    pub record: Record,
    /// Wall time of the generation, while it is still known.
    pub milliseconds: Option<f64>,
    /// Whether the function was changed since.
    pub is_changed: bool,
}

impl Explanation {
    /// The explanation of a candidate.
    pub fn of(proposal: &Proposal, candidate: &Candidate) -> Self {
        Self { record: Record::of(proposal, candidate), milliseconds: Some(proposal.milliseconds), is_changed: false }
    }

    /// The verdict in one line.
    pub fn summary(&self) -> String {
        let compiles = if self.record.compiles { "compiles" } else { "does not compile" };
        let findings = match self.record.findings.len() {
            0 => "no findings".to_owned(),
            1 => "1 finding".to_owned(),
            n => format!("{n} findings"),
        };
        format!("{compiles}, {findings}, reward {:.2}", self.record.reward.total)
    }
}

impl Explanations {
    /// Keeps the explanation of `code`, which now stands in `document`.
    pub async fn remember(&self, state: &State, document: &Snapshot, code: &str, explanation: Explanation) {
        self.0.insert(provenance::hash(code), Arc::new(explanation.clone()));
        let (path, code) = (document.path.clone().unwrap_or_default(), code.to_owned());
        // A document that is not on disk has no project to keep a record beside.
        let save = move || {
            path.is_file().then(|| provenance::save(Project::discover(&path).root(), &code, &explanation.record))
        };
        if let Ok(Some(Err(error))) = state.blocking(save).await {
            let message = format!("The explanation is kept until the server ends, it could not be saved: {error}");
            state.log(crate::backend::lsp::MessageType::Warning, message);
        }
    }

    /// The explanation of `code`, a function of `contract` in the file at `path`, if Solwright wrote it or what stood there before.
    pub async fn find(
        &self,
        state: &State,
        path: &Path,
        contract: &str,
        code: &str,
    ) -> Result<Option<Arc<Explanation>>, Failure> {
        if let Some(known) = self.0.get(&provenance::hash(code)) {
            return Ok(Some(known.clone()));
        }
        let (path, contract, code) = (path.to_owned(), contract.to_owned(), code.to_owned());
        let look = move || {
            let project = Project::discover(&path);
            let kept = provenance::find(project.root(), &code).map(|record| (record, false));
            kept.or_else(|| provenance::find_changed(project.root(), &contract, &code).map(|record| (record, true)))
        };
        let found = state.blocking(look).await?;
        Ok(found.map(|(record, is_changed)| Arc::new(Explanation { record, milliseconds: None, is_changed })))
    }
}
