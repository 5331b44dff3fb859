//! Diagnostics: when a document is checked, and what the client hears of it. Results are pushed, newest wins, stale ones are dropped.

use crate::{
    backend::lsp,
    convert::{TextView, path_from_uri, uri_from_path},
    documents::{MAX_ANALYSED_BYTES, Snapshot},
    state::{Failure, State},
};
use dashmap::{DashMap, DashSet};
use serde_json::{Value, json};
use solwright_analysis::project::{ConfigurationFile, DiskFiles, Files, Overlay, Project};
use solwright_checker::{
    Depth, Diagnostic, FileReport, Finding, IMPORT, Level, SYNTAX, Severity, UNKNOWN_DETECTOR, detectors,
};
use solwright_syntax::{LineIndex, Span};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What is known of open documents.
#[derive(Default)]
pub struct Reports {
    findings: DashMap<lsp::Uri, (i32, Vec<Finding>)>,
    tickets: DashMap<lsp::Uri, u64>,
    refused: DashSet<lsp::Uri>,
    /// What was said of files that configure projects.
    configuration: DashMap<PathBuf, Vec<lsp::Diagnostic>>,
    compiler_message: Mutex<Option<String>>,
}

/// A document was opened: look at it with every layer.
pub fn opened(state: &Arc<State>, uri: &lsp::Uri) {
    schedule(state, uri, Depth::Full, Duration::ZERO);
}

/// A document was changed: look at it once the typing rests.
pub fn changed(state: &Arc<State>, uri: &lsp::Uri) {
    let config = state.config();
    if config.analysis_on_type {
        schedule(state, uri, Depth::Fast, config.debounce);
    }
}

/// A document was saved: look at it with every layer.
pub fn saved(state: &Arc<State>, uri: &lsp::Uri) {
    schedule(state, uri, Depth::Full, Duration::ZERO);
}

/// A document was closed: what was said of it is taken back.
pub fn closed(state: &Arc<State>, uri: lsp::Uri) {
    state.reports.forget(&uri);
    state.fixes.forget(&uri);
    let client = state.client.clone();
    tokio::spawn(async move { client.publish_diagnostics(uri, Vec::new(), None).await });
}

/// Files that documents depend on changed: what was said of those that are gone is taken back.
pub fn around(state: &Arc<State>, changes: &[lsp::FileEvent]) {
    let gone = changes.iter().filter(|change| change.kind == lsp::FileChangeType::Deleted);
    for uri in gone.map(|change| change.uri.clone()) {
        if path_from_uri(&uri).is_some_and(|path| state.reports.configuration.remove(&path).is_some()) {
            let client = state.client.clone();
            tokio::spawn(async move { client.publish_diagnostics(uri, Vec::new(), None).await });
        }
    }
    all(state);
}

/// Looks at every open document again, for something around them changed.
pub fn all(state: &Arc<State>) {
    state.fixes.clear();
    for uri in state.documents.uris() {
        schedule(state, &uri, Depth::Full, Duration::ZERO);
    }
}

/// Checks a document with every layer now, tells the client, and returns what was found.
pub async fn check_now(state: &Arc<State>, uri: &lsp::Uri) -> Result<Value, Failure> {
    let document = state.documents.snapshot(uri);
    let document =
        document.ok_or_else(|| Failure::Invalid(format!("`{uri}` is not open, open it in the editor first")))?;
    let ticket = state.reports.take_ticket(uri);
    let Some(report) = check(state, &document, Depth::Full).await? else {
        return Err(Failure::Failed(format!("`{uri}` cannot be checked: {}", refusal(&document))));
    };
    let answer = json!({
        "uri": uri,
        "diagnostics": report.diagnostics,
        "findings": report.findings,
        "configuration": report.configuration,
        "compiler": report.compiler,
        "compilerMessage": report.unavailable.as_ref().map(|diagnostic| &diagnostic.message),
        "milliseconds": report.milliseconds,
    });
    publish(state, &document, report, ticket).await;
    Ok(answer)
}

impl Reports {
    /// Findings of the document that touch the span; none when they are of another version.
    pub fn findings_in(&self, document: &Snapshot, span: Span) -> Vec<Finding> {
        let Some(entry) = self.findings.get(&document.uri) else { return Vec::new() };
        let (version, findings) = entry.value();
        let touches = |finding: &&Finding| finding.span.overlaps(span) || finding.span.touches(span.start);
        if *version == document.version { findings.iter().filter(touches).cloned().collect() } else { Vec::new() }
    }

    /// Why no compiler is asked, where that is so.
    pub fn compiler_message(&self) -> Option<String> {
        self.compiler_message.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take_ticket(&self, uri: &lsp::Uri) -> u64 {
        let mut ticket = self.tickets.entry(uri.clone()).or_default();
        *ticket += 1;
        *ticket
    }

    fn is_newest(&self, uri: &lsp::Uri, ticket: u64) -> bool {
        self.tickets.get(uri).is_some_and(|newest| *newest == ticket)
    }

    fn forget(&self, uri: &lsp::Uri) {
        self.findings.remove(uri);
        self.tickets.remove(uri);
        self.refused.remove(uri);
    }

    /// Whether the message is news.
    fn note_compiler(&self, message: Option<&str>) -> bool {
        let mut slot = self.compiler_message.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = message.is_some() && slot.as_deref() != message;
        *slot = message.map(str::to_owned);
        is_news
    }
}

fn schedule(state: &Arc<State>, uri: &lsp::Uri, depth: Depth, delay: Duration) {
    let ticket = state.reports.take_ticket(uri);
    let (state, uri) = (Arc::clone(state), uri.clone());
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        // The compiler may take seconds when it starts, the detectors take milliseconds: they speak first.
        let is_first = !state.reports.findings.contains_key(&uri);
        if depth == Depth::Full && is_first {
            check_and_publish(&state, &uri, Depth::Fast, ticket).await;
        }
        check_and_publish(&state, &uri, depth, ticket).await;
    });
}

async fn check_and_publish(state: &Arc<State>, uri: &lsp::Uri, depth: Depth, ticket: u64) {
    let places = if depth == Depth::Fast { &state.fast_checks } else { &state.full_checks };
    let Ok(_place) = places.acquire().await else { return };
    if !state.reports.is_newest(uri, ticket) {
        return;
    }
    let Some(document) = state.documents.snapshot(uri) else { return };
    // A bug is in the log already, and the next change gets another chance.
    if let Ok(Some(report)) = check(state, &document, depth).await {
        publish(state, &document, report, ticket).await;
    }
}

/// `None` for documents that are not analysed; the user hears once of those that are too long.
async fn check(state: &Arc<State>, document: &Snapshot, depth: Depth) -> Result<Option<FileReport>, Failure> {
    let Some(path) = document.path.clone() else { return Ok(None) };
    if document.content.parsed().is_none() {
        if state.reports.refused.insert(document.uri.clone()) {
            state.show(
                lsp::MessageType::Warning,
                format!("`{}` is not analysed: {}", path.display(), refusal(document)),
            );
            state.client.publish_diagnostics(document.uri.clone(), Vec::new(), Some(document.version)).await;
        }
        return Ok(None);
    }
    let (checker, files) = (state.tools().checker(&state.config()), state.documents.files());
    let content = Arc::clone(&document.content);
    let work = move || {
        let project = Project::discover(&path);
        // The tree goes on from the last keystroke's.
        let report = checker.check_document(&project, &path, content.parsed()?, &files, depth);
        Some((project, report))
    };
    let Some((project, report)) = state.blocking(work).await? else { return Ok(None) };
    for file in &project.configuration().files {
        publish_configuration(state, file, &report.configuration).await;
    }
    Ok(Some(report))
}

/// Tells what is wrong with a file that configures the project, in that file, when it is news.
async fn publish_configuration(state: &State, file: &ConfigurationFile, problems: &[Diagnostic]) {
    let text = file.text.as_deref().unwrap_or_default();
    let view = TextView { text, lines: &LineIndex::new(text), encoding: state.session().encoding };
    let problem = |problem: &Diagnostic| lsp::Diagnostic {
        range: view.range(problem.span.unwrap_or(Span::new(0, 0))),
        severity: Some(level(problem.level)),
        code: problem.code.clone().map(lsp::Code::String),
        source: Some("solwright".into()),
        message: lsp::Message::String(problem.message.clone()),
        ..Default::default()
    };
    let problems: Vec<_> = problems.iter().filter(|problem| problem.file == file.path).map(problem).collect();
    let before = state.reports.configuration.insert(file.path.clone(), problems.clone());
    if before.unwrap_or_default() != problems {
        state.client.publish_diagnostics(uri_from_path(&file.path), problems, None).await;
    }
}

fn refusal(document: &Snapshot) -> String {
    let length = document.content.text().len();
    if document.path.is_none() {
        return "only files and unsaved documents are".into();
    }
    format!("it has {length} bytes, more than the limit of {MAX_ANALYSED_BYTES}; split it into several files")
}

async fn publish(state: &Arc<State>, document: &Snapshot, report: FileReport, ticket: u64) {
    let is_current = state.documents.version(&document.uri) == Some(document.version);
    if !is_current || !state.reports.is_newest(&document.uri, ticket) {
        return;
    }
    let unavailable = report.unavailable.as_ref().map(|diagnostic| diagnostic.message.as_str());
    if (unavailable.is_some() || report.compiler.is_some()) && state.reports.note_compiler(unavailable) {
        state.log(lsp::MessageType::Warning, unavailable.unwrap_or_default());
    }
    let diagnostics = to_proto(state, document, &report);
    let mut findings = report.findings;
    findings.retain(|finding| document.path.as_deref() == Some(&finding.file));
    state.reports.findings.insert(document.uri.clone(), (document.version, findings));
    state.client.publish_diagnostics(document.uri.clone(), diagnostics, Some(document.version)).await;
}

fn to_proto(state: &State, document: &Snapshot, report: &FileReport) -> Vec<lsp::Diagnostic> {
    let places = Places { state, document, files: state.documents.files() };
    let findings = report.findings.iter().filter(|finding| places.is_here(&finding.file));
    let diagnostics = report.diagnostics.iter().map(|diagnostic| places.diagnostic(diagnostic));
    diagnostics.chain(findings.map(|finding| places.finding(finding))).collect()
}

/// Where things are, in the document or in files that it imports.
struct Places<'a> {
    state: &'a State,
    document: &'a Snapshot,
    files: Overlay<DiskFiles>,
}

impl Places<'_> {
    fn is_here(&self, file: &Path) -> bool {
        self.document.path.as_deref() == Some(file)
    }

    fn range(&self, span: Span) -> lsp::Range {
        self.document.view(self.state.session().encoding).range(span)
    }

    fn location(&self, file: &Path, span: Span) -> lsp::Location {
        if self.is_here(file) {
            return lsp::Location { uri: self.document.uri.clone(), range: self.range(span) };
        }
        let text = self.files.read(file).unwrap_or_default();
        let lines = LineIndex::new(&text);
        let view = TextView { text: &text, lines: &lines, encoding: self.state.session().encoding };
        lsp::Location { uri: uri_from_path(file), range: view.range(span) }
    }

    fn related(
        &self,
        steps: impl Iterator<Item = (lsp::Location, String)>,
    ) -> Option<Vec<lsp::DiagnosticRelatedInformation>> {
        let related: Vec<_> =
            steps.map(|(location, message)| lsp::DiagnosticRelatedInformation { location, message }).collect();
        (self.state.session().related_information && !related.is_empty()).then_some(related)
    }

    fn finding(&self, finding: &Finding) -> lsp::Diagnostic {
        let steps = finding.trace.iter().map(|step| (self.location(&step.file, step.span), step.message.clone()));
        lsp::Diagnostic {
            range: self.range(finding.span),
            severity: Some(severity(finding.severity)),
            code: Some(lsp::Code::String(finding.detector.into())),
            code_description: Some(lsp::CodeDescription::new(detectors::manual_url(finding.detector).into())),
            source: Some("solwright".into()),
            message: lsp::Message::String(finding_text(finding)),
            related_information: self.related(steps),
            ..Default::default()
        }
    }

    /// What is wrong in an imported file stands at the top of this one, with the way there.
    fn diagnostic(&self, diagnostic: &Diagnostic) -> lsp::Diagnostic {
        let span = diagnostic.span.unwrap_or(Span::new(0, 0));
        let here = self.is_here(&diagnostic.file);
        let message = match here {
            true => diagnostic.message.clone(),
            false => format!("in `{}`: {}", diagnostic.file.display(), diagnostic.message),
        };
        let there = (!here).then(|| (self.location(&diagnostic.file, span), diagnostic.message.clone()));
        let is_ours = matches!(diagnostic.code.as_deref(), None | Some(IMPORT | SYNTAX | UNKNOWN_DETECTOR));
        lsp::Diagnostic {
            range: self.range(if here { span } else { Span::new(0, 0) }),
            severity: Some(level(diagnostic.level)),
            code: diagnostic.code.clone().map(lsp::Code::String),
            source: Some(if is_ours { "solwright" } else { "solc" }.into()),
            message: lsp::Message::String(message),
            related_information: self.related(there.into_iter()),
            ..Default::default()
        }
    }
}

fn finding_text(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    for (name, part) in [("note", &finding.note), ("help", &finding.help)] {
        if !part.is_empty() {
            text.push_str(&format!("\n{name}: {part}"));
        }
    }
    text
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::High => lsp::DiagnosticSeverity::Error,
        Severity::Medium => lsp::DiagnosticSeverity::Warning,
        Severity::Low => lsp::DiagnosticSeverity::Information,
        Severity::Info => lsp::DiagnosticSeverity::Hint,
    }
}

fn level(level: Level) -> lsp::DiagnosticSeverity {
    match level {
        Level::Error => lsp::DiagnosticSeverity::Error,
        Level::Warning => lsp::DiagnosticSeverity::Warning,
        Level::Note => lsp::DiagnosticSeverity::Information,
    }
}
