//! Code actions: write a stub, mend a finding, silence a finding.

use crate::{
    backend::lsp,
    commands::GENERATE,
    documents::Snapshot,
    edit::{Label, workspace_edit},
    state::{Failure, State},
};
use serde_json::json;
use solwright_checker::Finding;
use solwright_syntax::{Document, FunctionStub, Span, stub_at, stubs};
use std::sync::Arc;

/// What can be done at a range.
pub async fn code_actions(
    state: &Arc<State>,
    params: lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>, Failure> {
    let Some(document) = state.documents.snapshot(&params.text_document.uri) else { return Ok(None) };
    let state_of_worker = Arc::clone(state);
    state.blocking(move || Some(collect(&state_of_worker, &document, &params))).await
}

fn collect(state: &State, document: &Snapshot, params: &lsp::CodeActionParams) -> Vec<lsp::CodeActionResponse> {
    let span = document.view(state.session().encoding).span(params.range);
    let wants = |kind: &lsp::CodeActionKind| wanted(params.context.only.as_deref(), kind);
    let mut actions = Vec::new();
    if wants(&lsp::CodeActionKind::RefactorRewrite) {
        let stubs = document.content.parsed().map(|parsed| stubs_in(parsed, span)).unwrap_or_default();
        actions.extend(stubs.iter().map(|stub| generate(state, document, stub)));
    }
    if wants(&lsp::CodeActionKind::QuickFix) {
        for finding in state.reports.findings_in(document, span) {
            let mut both = Vec::from_iter(fix(state, document, &finding));
            both.push(suppress(state, document, &finding));
            let shown = shown(&params.context.diagnostics, &finding);
            actions.extend(both.into_iter().map(|action| lsp::CodeAction { diagnostics: shown.clone(), ..action }));
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

fn fix(state: &State, document: &Snapshot, finding: &Finding) -> Option<lsp::CodeAction> {
    let fix = finding.fix.as_ref()?;
    let label = Label { title: fix.title.clone(), description: Some(finding.message.clone()) };
    Some(lsp::CodeAction {
        title: fix.title.clone(),
        kind: Some(lsp::CodeActionKind::QuickFix),
        is_preferred: Some(true),
        edit: Some(workspace_edit(state.session(), document, fix.edits.clone(), Some(label))),
        ..Default::default()
    })
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
