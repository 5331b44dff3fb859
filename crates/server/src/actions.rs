//! Code actions: write a stub, mend a finding or all of its kind, silence a finding.
//!
//! A fix is offered once the detectors and the compiler have seen its result. That is done on a thread of its own and kept for the
//! version of the document; who asks waits a moment for it, and gets the other actions when it takes longer.

use crate::{
    backend::lsp,
    commands::GENERATE,
    documents::Snapshot,
    edit::{Label, workspace_edit},
    state::{Failure, State},
};
use dashmap::DashMap;
use serde_json::json;
use solwright_analysis::project::Project;
use solwright_checker::{
    Finding,
    fix::{Before, Mended, Refusal, Settled},
};
use solwright_syntax::{Document, FunctionStub, Span, stub_at, stubs};
use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

/// How long a user waits for a menu before it comes without fixes.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the fixes for one menu may be checked: what comes too late for it is there for the next.
const DEADLINE: Duration = Duration::from_secs(30);

/// Fixes that were checked, by document. Those of older versions make room for newer ones.
#[derive(Default)]
pub struct Fixes(DashMap<lsp::Uri, Arc<Checked>>);

/// What is known of the fixes of one version.
#[derive(Default)]
struct Checked {
    version: i32,
    before: OnceLock<Before>,
    answers: Mutex<Vec<(Vec<Finding>, Offer)>>,
}

/// What to change for some findings, and how many of them are gone then.
#[derive(Clone, Default)]
struct Offer {
    mended: Option<Mended>,
    count: usize,
}

/// The fixes at one place: each finding with its own, and those of all findings of a kind.
#[derive(Default)]
struct Offers {
    single: Vec<(Finding, Mended)>,
    all: Vec<(Finding, Offer)>,
}

/// What can be done at a range.
pub async fn code_actions(
    state: &Arc<State>,
    params: lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>, Failure> {
    let Some(document) = state.documents.snapshot(&params.text_document.uri) else { return Ok(None) };
    let offers = match wanted(params.context.only.as_deref(), &lsp::CodeActionKind::QuickFix) {
        true => offers(state, &document, &params).await?,
        false => Offers::default(),
    };
    let state_of_worker = Arc::clone(state);
    state.blocking(move || Some(collect(&state_of_worker, &document, &params, &offers))).await
}

/// The fixes that stand; none when checking them takes longer than anyone waits.
async fn offers(state: &Arc<State>, document: &Snapshot, params: &lsp::CodeActionParams) -> Result<Offers, Failure> {
    let span = document.view(state.session().encoding).span(params.range);
    let mut here = state.reports.findings_in(document, span);
    here.retain(|finding| finding.fix.is_some());
    if here.is_empty() {
        return Ok(Offers::default());
    }
    // A menu that nobody opened, for a light bulb, need not say what can be done elsewhere.
    let is_invoked = params.context.trigger_kind != Some(lsp::CodeActionTriggerKind::Automatic);
    let (worker, document) = (Arc::clone(state), document.clone());
    let work = state.blocking(move || {
        let checked = worker.fixes.of(&document);
        let deadline = Instant::now() + DEADLINE;
        let mut offers = Offers::default();
        for finding in here {
            let own = checked.offer(&worker, &document, std::slice::from_ref(&finding), deadline).mended;
            let mut kind = worker.reports.findings_in(&document, Span::new(0, document.content.text().len()));
            kind.retain(|other| other.detector == finding.detector && other.fix.is_some());
            let is_told = offers.all.iter().any(|(told, _)| told.detector == finding.detector);
            if is_invoked && kind.len() > 1 && !is_told {
                offers.all.push((finding.clone(), checked.offer(&worker, &document, &kind, deadline)));
            }
            offers.single.extend(own.map(|mended| (finding, mended)));
        }
        offers
    });
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Ok(Offers::default()))
}

impl Fixes {
    /// Lets go what is known of a document.
    pub fn forget(&self, uri: &lsp::Uri) {
        self.0.remove(uri);
    }

    /// Lets go everything: settings or files that the answers stand on have changed.
    pub fn clear(&self) {
        self.0.clear();
    }

    fn of(&self, document: &Snapshot) -> Arc<Checked> {
        let new = || Arc::new(Checked { version: document.version, ..Checked::default() });
        let mut known = self.0.entry(document.uri.clone()).or_insert_with(new);
        if known.version != document.version {
            *known = new();
        }
        Arc::clone(&known)
    }
}

impl Checked {
    /// The fixes of these findings, as far as they stand together. One at a time is checked for a document.
    fn offer(&self, state: &State, document: &Snapshot, findings: &[Finding], deadline: Instant) -> Offer {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = answers.iter().find(|(asked, _)| asked == findings) {
            return known.clone();
        }
        let checker = state.tools().checker(&state.config());
        let before = self.before.get_or_init(|| {
            let path = document.path.as_deref().unwrap_or(Path::new(""));
            let project = Project::discover(path);
            Before::new(&checker, project.load(path, document.content.text(), &state.documents.files()))
        });
        let Settled { mended, applied, refused } =
            before.settle(&checker, &findings.iter().collect::<Vec<_>>(), deadline);
        let offer = Offer { mended, count: applied.len() };
        // Another time there may be more time.
        if !refused.iter().any(|(_, why)| *why == Refusal::Late) {
            answers.push((findings.to_vec(), offer.clone()));
        }
        offer
    }
}

fn collect(
    state: &State,
    document: &Snapshot,
    params: &lsp::CodeActionParams,
    offers: &Offers,
) -> Vec<lsp::CodeActionResponse> {
    let span = document.view(state.session().encoding).span(params.range);
    let wants = |kind: &lsp::CodeActionKind| wanted(params.context.only.as_deref(), kind);
    let mut actions = Vec::new();
    if wants(&lsp::CodeActionKind::RefactorRewrite) {
        let stubs = document.content.parsed().map(|parsed| stubs_in(parsed, span)).unwrap_or_default();
        actions.extend(stubs.iter().map(|stub| generate(state, document, stub)));
    }
    if wants(&lsp::CodeActionKind::QuickFix) {
        for finding in state.reports.findings_in(document, span) {
            let own = offers.single.iter().find(|(fixed, _)| *fixed == finding);
            let own = own.and_then(|(_, mended)| fix(state, document, &finding, mended));
            let all = offers.all.iter().find(|(fixed, _)| *fixed == finding);
            let all = all.and_then(|(_, offer)| fix_all(state, document, &finding, offer));
            let several = own.into_iter().chain(all).chain([suppress(state, document, &finding)]);
            let shown = shown(&params.context.diagnostics, &finding);
            actions.extend(several.map(|action| lsp::CodeAction { diagnostics: shown.clone(), ..action }));
        }
    }
    actions.into_iter().map(lsp::CodeActionResponse::CodeAction).collect()
}

/// Stubs that a selection touches; a bare cursor stands in at most one.
fn stubs_in(document: &Document, span: Span) -> Vec<FunctionStub> {
    if span.is_empty() {
        return stub_at(document, span.start).into_iter().collect();
    }
    let touched: Vec<_> = stubs(document).into_iter().filter(|stub| stub.span.overlaps(span)).collect();
    if touched.is_empty() { stub_at(document, span.start).into_iter().collect() } else { touched }
}

fn generate(state: &State, document: &Snapshot, stub: &FunctionStub) -> lsp::CodeAction {
    let title = format!("Generate secure function `{}`", stub.name);
    let position = document.view(state.session().encoding).position(stub.span.start);
    let arguments = json!({"uri": document.uri, "position": position, "version": document.version});
    let command = lsp::Command {
        title: title.clone(),
        tooltip: None,
        command: GENERATE.into(),
        arguments: Some(vec![arguments]),
    };
    lsp::CodeAction {
        title,
        kind: Some(lsp::CodeActionKind::RefactorRewrite),
        command: Some(command),
        tags: state.session().tags_llm.then(|| vec![lsp::CodeActionTag::LLMGenerated]),
        ..Default::default()
    }
}

/// The client's diagnostics that an action answers to, so that it can stand beside them.
fn shown(diagnostics: &[lsp::Diagnostic], finding: &Finding) -> Option<Vec<lsp::Diagnostic>> {
    let code = lsp::Code::String(finding.detector.into());
    let shown: Vec<_> =
        diagnostics.iter().filter(|diagnostic| diagnostic.code.as_ref() == Some(&code)).cloned().collect();
    (!shown.is_empty()).then_some(shown)
}

fn fix(state: &State, document: &Snapshot, finding: &Finding, mended: &Mended) -> Option<lsp::CodeAction> {
    let title = finding.fix.as_ref()?.title.clone();
    Some(lsp::CodeAction { is_preferred: Some(true), ..edit(state, document, title, finding, mended) })
}

fn fix_all(state: &State, document: &Snapshot, finding: &Finding, offer: &Offer) -> Option<lsp::CodeAction> {
    let title = format!("Fix all `{}` in this file ({})", finding.detector, offer.count);
    offer.mended.as_ref().filter(|_| offer.count > 1).map(|mended| edit(state, document, title, finding, mended))
}

fn edit(state: &State, document: &Snapshot, title: String, finding: &Finding, mended: &Mended) -> lsp::CodeAction {
    let doubt = if mended.compiled { "" } else { "; the compiler was not asked" };
    let label = Label { title: title.clone(), description: Some(format!("{}{doubt}", finding.message)) };
    lsp::CodeAction {
        title,
        kind: Some(lsp::CodeActionKind::QuickFix),
        edit: Some(workspace_edit(state.session(), document, mended.edits.clone(), Some(label))),
        ..Default::default()
    }
}

fn suppress(state: &State, document: &Snapshot, finding: &Finding) -> lsp::CodeAction {
    let title = format!("Suppress `{}` on this line", finding.detector);
    let edits = vec![suppression(document, finding)];
    lsp::CodeAction {
        title,
        kind: Some(lsp::CodeActionKind::QuickFix),
        edit: Some(workspace_edit(state.session(), document, edits, None)),
        ..Default::default()
    }
}

/// A comment above the finding's line, indented like it, ended like it; a comment that is there already gets one name more.
fn suppression(document: &Snapshot, finding: &Finding) -> (Span, String) {
    const DIRECTIVE: &str = "// solwright-disable-next-line";
    let (text, lines) = (document.content.text(), document.content.lines());
    let number = lines.line_of(finding.span.start);
    let line = lines.line_span(number);
    if let Some(above) = number.checked_sub(1).map(|above| lines.line_span(above))
        && above.text(text).trim_start().starts_with(DIRECTIVE)
    {
        return (Span::new(above.end, above.end), format!(", {}", finding.detector));
    }
    let code = line.text(text);
    let indent = &code[..code.len() - code.trim_start().len()];
    let end = if text[line.end..].starts_with("\r\n") { "\r\n" } else { "\n" };
    (Span::new(line.start, line.start), format!("{indent}{DIRECTIVE} {}{end}", finding.detector))
}

/// Whether the client asked for actions of this kind: by its name, or by a name above it.
fn wanted(only: Option<&[lsp::CodeActionKind]>, kind: &lsp::CodeActionKind) -> bool {
    let name = |kind: &lsp::CodeActionKind| serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned));
    let Some(only) = only else { return true };
    let Some(kind) = name(kind) else { return false };
    only.iter().filter_map(name).any(|asked| {
        let below = kind.strip_prefix(&asked);
        asked.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Content;
    use solwright_checker::{Confidence, Severity};

    fn finding(text: &str, at: &str) -> (Snapshot, Finding) {
        let start = text.find(at).unwrap();
        let finding = Finding {
            detector: "tx-origin",
            severity: Severity::High,
            confidence: Confidence::High,
            message: String::new(),
            note: String::new(),
            help: String::new(),
            file: "/A.sol".into(),
            span: Span::new(start, start + at.len()),
            trace: vec![],
            scwe: "",
            swc: None,
            fix: None,
        };
        let content = Arc::new(Content::new(text.into()));
        (Snapshot { uri: "file:///A.sol".into(), version: 1, path: None, content }, finding)
    }

    fn suppressed(text: &str) -> String {
        let (document, finding) = finding(text, "tx.origin");
        let (span, new_text) = suppression(&document, &finding);
        let mut text = text.to_owned();
        text.replace_range(span.range(), &new_text);
        text
    }

    #[test]
    fn a_suppression_stands_above_its_line_and_follows_its_style() {
        assert_eq!(
            suppressed("{\r\n\tf(tx.origin);\r\n}"),
            "{\r\n\t// solwright-disable-next-line tx-origin\r\n\tf(tx.origin);\r\n}"
        );
    }

    #[test]
    fn a_second_suppression_joins_the_first() {
        let text = "  // solwright-disable-next-line reentrancy\n  f(tx.origin);";
        assert_eq!(suppressed(text), "  // solwright-disable-next-line reentrancy, tx-origin\n  f(tx.origin);");
    }

    #[test]
    fn a_kind_is_wanted_by_its_own_name_and_by_those_above_it() {
        use lsp::CodeActionKind as Kind;
        assert!(wanted(None, &Kind::RefactorRewrite));
        assert!(wanted(Some(&[Kind::Refactor]), &Kind::RefactorRewrite));
        assert!(wanted(Some(&[Kind::Empty]), &Kind::QuickFix));
        assert!(!wanted(Some(&[Kind::QuickFix, Kind::Custom("refac".into())]), &Kind::RefactorRewrite));
    }
}
