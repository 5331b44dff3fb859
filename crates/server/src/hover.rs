//! Hovers: why a written function is as it is, and what a finding means. Verdict first, reasoning below.

use crate::{
    backend::lsp,
    explanations::Explanation,
    markup::Markup,
    state::{Failure, State},
};
use solwright_checker::{Finding, detectors};
use solwright_generate::reasoning::{ClaimStatus, Stage};
use solwright_syntax::{FunctionItem, Span};
use std::sync::Arc;

/// What there is to say at a position.
pub async fn hover(state: &Arc<State>, at: lsp::TextDocumentPositionParams) -> Result<Option<lsp::Hover>, Failure> {
    let Some(document) = state.documents.snapshot(&at.text_document.uri) else { return Ok(None) };
    let Some(parsed) = document.content.parsed() else { return Ok(None) };
    let view = document.view(state.session().encoding);
    let offset = view.offset(at.position);
    let findings = state.reports.findings_in(&document, Span::new(offset, offset));
    let function = parsed.function_at(offset).filter(|function| is_on_head(function, offset));
    let explanation = match (&function, &document.path) {
        (Some(function), Some(path)) => {
            let contract = function.contract.as_deref().unwrap_or_default();
            state.explanations.find(state, path, contract, function.span.text(view.text)).await?
        }
        _ => None,
    };
    let session = state.session();
    let mut markup = Markup::new(session.markdown, state.config().details_in_hover);
    for finding in &findings {
        write_finding(&mut markup, finding);
    }
    if let Some(explanation) = &explanation {
        write_explanation(&mut markup, explanation);
    }
    let span = findings.first().map(|finding| finding.span).or(function.map(|function| function.signature));
    Ok(markup.finish().map(|value| {
        let kind = if session.markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
        let contents = lsp::Contents::MarkupContent(lsp::MarkupContent { kind, value });
        lsp::Hover { contents, range: span.map(|span| view.range(span)) }
    }))
}

/// Inside the body a general Solidity server has its own things to say.
fn is_on_head(function: &FunctionItem, offset: usize) -> bool {
    function.signature.touches(offset)
}

fn write_finding(markup: &mut Markup, finding: &Finding) {
    markup.title(&format!("{} ({} severity, {} confidence)", finding.detector, finding.severity, finding.confidence));
    markup.text(&finding.message);
    for (name, part) in [("Why", &finding.note), ("Help", &finding.help)] {
        if !part.is_empty() {
            markup.text(&format!("{name}: {part}"));
        }
    }
    if let Some(manual) = detectors::manual(finding.detector) {
        markup.text(summary(manual));
    }
    let ids: Vec<&str> = [Some(finding.scwe).filter(|id| !id.is_empty()), finding.swc].into_iter().flatten().collect();
    if !ids.is_empty() {
        markup.text(&ids.join(", "));
    }
    markup.text(&format!("Manual: solwright explain {}", finding.detector));
}

/// The manual's first section: what it does, without headings.
fn summary(manual: &str) -> &str {
    let body = manual.trim_start();
    let body = if body.starts_with('#') { body.split_once('\n').map_or("", |(_, rest)| rest) } else { body };
    let end = body.find("\n#").unwrap_or(body.len());
    body[..end].trim()
}

fn write_explanation(markup: &mut Markup, explanation: &Explanation) {
    let record = &explanation.record;
    if explanation.is_changed {
        markup.title(&format!("Solwright wrote `{}`, and it was changed since", record.function));
        markup.text("What was found and proved then says nothing of the code that stands here now");
        return;
    }
    markup.title(&format!("Solwright wrote `{}`: {}", record.function, explanation.summary()));
    for finding in &record.findings {
        markup.item(&format!("✗ {finding}"));
    }
    let reward = &record.reward;
    let mut facts = format!(
        "Reward {:.2} (compile {:.2}, security {:.2}, format {:.2}), best of {} candidates",
        reward.total, reward.compile, reward.security, reward.format, record.candidates
    );
    if let Some(milliseconds) = explanation.milliseconds {
        facts.push_str(&format!(", {milliseconds:.0} ms"));
    }
    markup.text(&facts);
    markup.text(&format!(
        "Model `{}` {} on {}, seed {}",
        record.model.name, record.model.quantization, record.model.device, record.seed
    ));
    let stages: Vec<&Stage> = record.reasoning.iter().filter(|stage| !stage.text.trim().is_empty()).collect();
    if stages.is_empty() {
        return;
    }
    let title = if record.is_composed { "Read from the code, for the model gave no reasons" } else { "Reasoning" };
    markup.fold(title, |markup| {
        for stage in stages {
            let line = clipped(stage_line(markup, stage));
            markup.item(&line);
        }
    });
}

/// A stage on one line, each claim in it behind its mark; what the code contradicts is crossed out.
fn stage_line(markup: &Markup, stage: &Stage) -> String {
    let mut line = String::new();
    let mut rest = stage.text.trim();
    for claim in &stage.claims {
        let text = claim.text.trim();
        let Some(at) = rest.find(text) else { continue };
        let told = if claim.status == ClaimStatus::Fails { markup.struck(text) } else { text.to_owned() };
        line.push_str(&format!("{}{} {told}", &rest[..at], mark(claim.status)));
        rest = &rest[at + text.len()..];
    }
    line.push_str(rest);
    if stage.name.is_empty() { line } else { format!("{}: {line}", stage.name) }
}

/// A model in a loop must not fill the screen.
fn clipped(mut line: String) -> String {
    const MOST_BYTES: usize = 600;
    if line.len() > MOST_BYTES {
        line.truncate(line.floor_char_boundary(MOST_BYTES));
        line.push('…');
    }
    line
}

/// What the test of a claim came to.
fn mark(status: ClaimStatus) -> &'static str {
    match status {
        ClaimStatus::Holds => "✓",
        ClaimStatus::Fails => "✗",
        ClaimStatus::Untestable => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_generate::reasoning::MarkedClaim;

    #[test]
    fn each_claim_stands_behind_its_mark_and_a_false_one_is_crossed_out() {
        let claim = |text: &str, status| MarkedClaim { text: text.into(), status, at: None };
        let claims = vec![claim("guarded by `onlyOwner`", ClaimStatus::Holds), claim("reads `x`", ClaimStatus::Fails)];
        let stage = Stage { name: "Access".into(), text: "Safe; guarded by `onlyOwner`; reads `x`.".into(), claims };
        let line = |is_markdown| stage_line(&Markup::new(is_markdown, false), &stage);
        assert_eq!(line(true), "Access: Safe; ✓ guarded by `onlyOwner`; ✗ ~~reads `x`~~.");
        assert_eq!(line(false), "Access: Safe; ✓ guarded by `onlyOwner`; ✗ reads `x`.");
    }

    #[test]
    fn a_line_without_end_is_clipped_between_characters() {
        assert_eq!(clipped("short".into()), "short");
        assert_eq!(clipped("é".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn the_summary_of_a_manual_is_its_first_section() {
        assert_eq!(summary("# tx-origin\n\nFinds `tx.origin`.\n\n## Why is this bad?\nMuch"), "Finds `tx.origin`.");
        assert_eq!(summary("## What it does\nFinds it.\n## Why\n"), "Finds it.");
        assert_eq!(summary("Plain words"), "Plain words");
    }
}
