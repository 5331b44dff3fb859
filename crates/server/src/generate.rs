//! "Generate secure function": from a stub to an edit in the editor. The edit is for one version of the document and void for any other.

use crate::{
    backend::lsp,
    documents::Snapshot,
    edit::{Label, workspace_edit},
    explanations::Explanation,
    progress::Progress,
    state::{CancelOnDrop, Failure, State, cancelled},
};
use serde::Deserialize;
use serde_json::{Value, json};
use solwright_analysis::project::Project;
use solwright_generate::{
    Cancel, Edit, EngineError, GenerateOptions, GenerateRequest, Progress as Step, Proposal,
    generate as engine_generate,
};
use solwright_syntax::{Document, FunctionStub, stub_at, stubs};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Which stub to write.
#[derive(Clone, Debug, Deserialize)]
pub struct Target {
    uri: lsp::Uri,
    position: Option<lsp::Position>,
    function: Option<String>,
    contract: Option<String>,
    version: Option<i32>,
}

/// Writes a stub. The answer is `{"applied", "message", "proposal"?}`; the user reads `message` too when nothing was written.
pub async fn generate(state: &Arc<State>, target: Target, token: Option<lsp::ProgressToken>) -> Result<Value, Failure> {
    let document = state.documents.snapshot(&target.uri);
    let document = document
        .ok_or_else(|| Failure::Invalid(format!("`{}` is not open, open it in the editor first", target.uri)))?;
    let stub = match find_stub(state, &document, &target) {
        Ok(stub) => stub,
        Err(message) => return Ok(refuse(state, message)),
    };
    let Ok(place) = Arc::clone(&state.generations).try_acquire_owned() else {
        return Ok(refuse(state, "Too many functions are being generated already, wait for one or cancel it".into()));
    };
    let cancel = Cancel::new();
    let _guard = CancelOnDrop(cancel.clone());
    let progress = Progress::begin(state, token, format!("Generating `{}`", stub.name), cancel.clone());
    let job = Job { state: Arc::clone(state), document, stub, cancel: cancel.clone(), progress: progress.clone() };
    let task = tokio::spawn(async move {
        let _place = place;
        job.run().await
    });
    // The editor hears of its cancel at once, even while the worker finishes a token or a compiler run.
    let result = tokio::select! {
        result = task => result.unwrap_or_else(|error| Err(Failure::Failed(error.to_string()))),
        () = cancelled(&cancel) => Err(Failure::Cancelled),
    };
    match &result {
        Ok(value) => progress.end(value["message"].as_str().unwrap_or_default()),
        Err(Failure::Cancelled) => progress.end("Cancelled"),
        Err(_) => progress.end("Failed"),
    }
    result
}

fn find_stub(state: &State, document: &Snapshot, target: &Target) -> Result<FunctionStub, String> {
    if target.version.is_some_and(|version| version != document.version) {
        return Err(changed(document, "it was asked for"));
    }
    let parsed =
        document.content.parsed().ok_or_else(|| format!("`{}` is too long to work on, split it", name(document)))?;
    match (&target.function, target.position) {
        (Some(function), _) => stub_named(parsed, function, target.contract.as_deref()),
        (None, Some(position)) => {
            let offset = document.view(state.session().encoding).offset(position);
            stub_at(parsed, offset).map_err(|no_stub| no_stub.to_string())
        }
        (None, None) => Err("Name the function to generate by `position` or by `function`".into()),
    }
}

fn stub_named(document: &Document, function: &str, contract: Option<&str>) -> Result<FunctionStub, String> {
    let fits = |stub: &FunctionStub| stub.name == function && contract.is_none_or(|contract| stub.contract == contract);
    let stub = stubs(document).into_iter().find(fits);
    stub.ok_or_else(|| {
        format!("No stub is called `{function}`; a stub is a function whose body is empty, a TODO, or missing")
    })
}

/// One generation, from the request to the edit.
struct Job {
    state: Arc<State>,
    document: Snapshot,
    stub: FunctionStub,
    cancel: Cancel,
    progress: Progress,
}

impl Job {
    async fn run(self) -> Result<Value, Failure> {
        match self.propose().await? {
            Ok(_) if self.cancel.is_cancelled() => Err(Failure::Cancelled),
            Ok(proposal) => self.deliver(proposal).await,
            Err(message) => Ok(refuse(&self.state, message)),
        }
    }

    /// Has the engine work, until it is done, the user cancels, or the document changes and any result would be void.
    async fn propose(&self) -> Result<Result<Proposal, String>, Failure> {
        let worker = Cancel::new();
        let _guard = CancelOnDrop(worker.clone());
        let result = tokio::select! {
            result = self.state.blocking(self.work(worker)) => result?,
            () = self.void() => return Ok(Err(self.too_late("it was generated"))),
            () = cancelled(&self.cancel) => return Err(Failure::Cancelled),
        };
        match result {
            Ok(proposal) => Ok(Ok(proposal)),
            Err(EngineError::Cancelled) => Err(Failure::Cancelled),
            Err(error) => Ok(Err(format!("`{}` was not generated: {error}", self.stub.name))),
        }
    }

    /// The engine's part, to be run on a thread of its own.
    fn work(&self, cancel: Cancel) -> impl FnOnce() -> Result<Proposal, EngineError> + Send + 'static {
        let config = self.state.config();
        let (engine, checker) = (self.state.tools().engine(&config), self.state.tools().checker(&config));
        let path = self.document.path.clone().unwrap_or_default();
        let request = GenerateRequest {
            project: Arc::new(Project::discover(&path)),
            path,
            text: self.document.content.text().to_owned(),
            stub: self.stub.clone(),
            files: Arc::new(self.state.documents.files()),
            options: GenerateOptions {
                candidates: config.candidates,
                repairs: config.repairs,
                seed: config.seed,
                ..GenerateOptions::default()
            },
        };
        let progress = self.progress.clone();
        let meter = Meter { candidates: config.candidates, judged: AtomicU32::new(0) };
        move || {
            let loading = engine.status().state == "loading";
            let waiting = if loading { "Loading the model" } else { "Waiting for the model" };
            let tell = |step| {
                if let Some(message) = meter.message(&step, waiting) {
                    progress.report(message, Some(meter.percentage(&step)));
                }
            };
            engine_generate(&engine, &checker, &request, &tell, &cancel)
        }
    }

    /// Ends once the document is no longer at the version that the stub was read from.
    async fn void(&self) {
        const LOOK: Duration = Duration::from_millis(20);
        while self.state.documents.version(&self.document.uri) == Some(self.document.version) {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn too_late(&self, when: &str) -> String {
        format!("`{}` was not written: {}", self.stub.name, changed(&self.document, when))
    }

    /// Hands the edit to the editor, unless the document is not what it was.
    async fn deliver(&self, proposal: Proposal) -> Result<Value, Failure> {
        let state = &self.state;
        let (Some(best), Some(edit)) = (proposal.best(), &proposal.edit) else {
            return Ok(refuse(state, no_candidate(&self.stub, &proposal)));
        };
        let facts = proposal_json(&proposal);
        let explanation = Explanation::of(&proposal, best);
        if let Err(message) = self.apply(edit, &explanation).await {
            return Ok(with_proposal(refuse(state, message), &facts));
        }
        let message = format!("`{}`: {}", self.stub.name, explanation.summary());
        state.explanations.remember(state, &self.document, &best.code, explanation).await;
        Ok(with_proposal(json!({"applied": true, "message": message}), &facts))
    }

    async fn apply(&self, edit: &Edit, explanation: &Explanation) -> Result<(), String> {
        let (state, name) = (&self.state, &self.stub.name);
        if state.documents.version(&self.document.uri) != Some(self.document.version) {
            return Err(self.too_late("it was generated"));
        }
        if !state.session().applies_edits {
            return Err(format!("`{name}` was generated, but this editor lets no server edit"));
        }
        let label = Label { title: format!("Generate `{name}`"), description: Some(explanation.summary()) };
        let edits = vec![(edit.span, edit.new_text.clone())];
        let change = workspace_edit(state.session(), &self.document, edits, Some(label));
        let params =
            lsp::ApplyWorkspaceEditParams { label: Some(format!("generate {name}")), edit: change, metadata: None };
        match state.client.send_request::<lsp::ApplyWorkspaceEditRequest>(params).await {
            Ok(answer) if answer.applied && self.arrived(&edit.new_text).await => Ok(()),
            Ok(answer) if answer.applied => Err(self.too_late("the edit was on its way")),
            Ok(answer) => {
                let why = answer.failure_reason.unwrap_or_else(|| "it gave no reason".into());
                Err(format!("`{name}` was not written: the editor refused the edit: {why}"))
            }
            Err(error) => Err(format!("`{name}` was not written: the editor refused the edit: {}", error.message)),
        }
    }

    /// Some editors say that they applied an edit for an old version when they dropped it, so the mirror is asked.
    async fn arrived(&self, new_text: &str) -> bool {
        const PATIENCE: Duration = Duration::from_secs(3);
        const LOOK: Duration = Duration::from_millis(20);
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let wanted = solid(new_text);
        let look = async {
            let mut seen = self.document.version;
            loop {
                match self.state.documents.snapshot(&self.document.uri) {
                    Some(now) if now.version != seen => {
                        seen = now.version;
                        if solid(now.content.text()).contains(&wanted) {
                            return;
                        }
                    }
                    _ => {}
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.is_ok()
    }
}

/// Turns steps of several drafts into one bar.
struct Meter {
    candidates: usize,
    judged: AtomicU32,
}

impl Meter {
    /// What the user reads; of reasoning that of the first candidate alone, for lines of several would flicker.
    fn message(&self, step: &Step, waiting: &str) -> Option<String> {
        let of = self.candidates;
        Some(match step {
            Step::Waiting => waiting.to_owned(),
            Step::Reasoning { candidate } => format!("candidate {candidate} of {of}: reasoning"),
            Step::Thinking { candidate: 1, line } => shown(line),
            Step::Thinking { .. } => return None,
            Step::Writing { candidate } => format!("candidate {candidate} of {of}: writing"),
            Step::Judging { candidate, round: 0 } => format!("candidate {candidate} of {of}: checking"),
            Step::Judging { candidate, round } => format!("candidate {candidate} of {of}: checking repair {round}"),
            Step::Judged { candidate, compiles: true } => format!("candidate {candidate} of {of}: compiles"),
            Step::Judged { candidate, compiles: false } => format!("candidate {candidate} of {of}: does not compile"),
        })
    }

    fn percentage(&self, step: &Step) -> u32 {
        let is_judged = u32::from(matches!(step, Step::Judged { .. }));
        let judged = self.judged.fetch_add(is_judged, Ordering::Relaxed) + is_judged;
        (judged * 100 / u32::try_from(self.candidates).unwrap_or(1).max(1)).min(100)
    }
}

/// The end of a line of reasoning, as long as a status bar is wide; signs that turn or move text are left out.
fn shown(line: &str) -> String {
    const MOST: usize = 100;
    let unseen = |sign: &char| {
        sign.is_control() || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    let signs: Vec<char> = line.chars().filter(|sign| !unseen(sign)).collect();
    signs[signs.len().saturating_sub(MOST)..].iter().collect()
}

/// Tells the user why nothing was written; that is an outcome, not an error of the protocol.
fn refuse(state: &State, message: String) -> Value {
    state.show(lsp::MessageType::Warning, message.clone());
    json!({"applied": false, "message": message})
}

fn with_proposal(mut answer: Value, proposal: &Value) -> Value {
    answer["proposal"] = proposal.clone();
    answer
}

fn changed(document: &Snapshot, when: &str) -> String {
    format!("`{}` changed while {when}, run the command again", name(document))
}

fn name(document: &Snapshot) -> String {
    let name = document.path.as_deref().and_then(|path| path.file_name());
    name.map_or_else(|| document.uri.to_string(), |name| name.to_string_lossy().into_owned())
}

/// No candidate compiles: the best one's first message says how near it came.
fn no_candidate(stub: &FunctionStub, proposal: &Proposal) -> String {
    let layers = proposal.best().map(|best| [&best.verdict.syntax, &best.verdict.compile, &best.verdict.format]);
    let first = layers.into_iter().flatten().find_map(|layer| layer.diagnostics.first());
    let why = first.map_or("the model wrote nothing", |diagnostic| diagnostic.message.as_str());
    let tried = proposal.candidates.len();
    format!("`{}` was not written: none of {tried} candidates stands; the best one fails with: {why}", stub.name)
}

fn proposal_json(proposal: &Proposal) -> Value {
    json!({
        "function": proposal.function,
        "code": proposal.best().map(|best| &best.code),
        "verdict": proposal.best().map(|best| &best.verdict),
        "candidates": proposal.candidates.len(),
        "model": proposal.model,
        "seed": proposal.seed,
        "milliseconds": proposal.milliseconds,
        "notes": proposal.notes,
    })
}
