//! Text for people: messages with the lines they speak of.

use crate::json::Lines;
use solwright_checker::{Diagnostic, Finding, Level, Status, Verdict};
use solwright_generate::{Candidate, Proposal, reasoning::ClaimStatus};
use solwright_syntax::Span;
use std::{
    io::{self, Write},
    path::Path,
};

/// A finding, its place, its way, why and how.
pub fn finding(out: &mut dyn Write, finding: &Finding, lines: &Lines<'_>) -> io::Result<()> {
    writeln!(out, "{}[{}]: {}", finding.severity, finding.detector, finding.message)?;
    excerpt(out, &finding.file, finding.span, lines)?;
    for step in finding.trace.iter().filter(|step| step.file == finding.file) {
        let (line, _) = lines.at(step.span.start);
        writeln!(out, "   = line {line}: {}", step.message)?;
    }
    writeln!(out, "   = note: {}", finding.note)?;
    writeln!(out, "   = help: {}", finding.help)?;
    let swc = finding.swc.map(|swc| format!(", {swc}")).unwrap_or_default();
    writeln!(out, "   = {}{swc}, confidence {}\n", finding.scwe, finding.confidence)
}

/// An error or a warning, and its place.
pub fn diagnostic(out: &mut dyn Write, diagnostic: &Diagnostic, lines: &Lines<'_>, main: &Path) -> io::Result<()> {
    let level = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let code = diagnostic.code.as_deref().map(|code| format!("[{}]", crate::json::source(code))).unwrap_or_default();
    writeln!(out, "{level}{code}: {}", diagnostic.message)?;
    match diagnostic.span {
        Some(span) if diagnostic.file == main => excerpt(out, main, span, lines)?,
        _ => writeln!(out, "  --> {}", shown(&diagnostic.file))?,
    }
    writeln!(out)
}

/// A proposal: reasoning, code, verdict, runners-up.
pub fn proposal(out: &mut dyn Write, proposal: &Proposal) -> io::Result<()> {
    let Some(best) = proposal.best() else { return Ok(()) };
    for stage in &best.reasoning {
        writeln!(out, "  {}: {}", stage.name, stage.text)?;
        for claim in &stage.claims {
            let mark = match claim.status {
                ClaimStatus::Holds => "holds",
                ClaimStatus::Fails => "FAILS",
                ClaimStatus::Untestable => "not testable",
            };
            writeln!(out, "      [{mark}] {}", claim.text)?;
        }
    }
    writeln!(out)?;
    for line in best.code.lines() {
        writeln!(out, "    {line}")?;
    }
    writeln!(out)?;
    verdict(out, best)?;
    let model = &proposal.model;
    writeln!(
        out,
        "  {} of {} candidates compile; {} on {}, seed {}, {:.0} tokens/s, {:.1} s",
        proposal.candidates.iter().filter(|candidate| candidate.verdict.compiles()).count(),
        proposal.candidates.len(),
        model.name,
        model.device,
        proposal.seed,
        proposal.tokens_per_second,
        proposal.milliseconds / 1e3
    )
}

fn verdict(out: &mut dyn Write, best: &Candidate) -> io::Result<()> {
    let Verdict { format, syntax, compile, security, .. } = &best.verdict;
    let word = |status: &Status| match status {
        Status::Passed => "yes",
        Status::Failed => "NO",
        Status::Skipped => "not asked",
        Status::Unavailable => "cannot be asked here",
    };
    writeln!(
        out,
        "  asked form: {}, parses: {}, compiles: {}, free of findings: {}, reward {:.2}, judged in {:.0} ms, {} repairs",
        word(&format.status),
        word(&syntax.status),
        word(&compile.status),
        word(&security.status),
        best.verdict.reward.total,
        best.verdict.milliseconds.total,
        best.repairs.len()
    )?;
    let layers = [format, syntax, compile];
    let said = layers.into_iter().flat_map(|layer| &layer.diagnostics).filter(|said| said.level != Level::Warning);
    for diagnostic in said {
        writeln!(out, "    {}", diagnostic.message)?;
    }
    for finding in &best.verdict.findings {
        writeln!(out, "    {}[{}]: {}", finding.severity, finding.detector, finding.message)?;
    }
    Ok(())
}

/// A path as one would type it here.
pub fn shown(path: &Path) -> std::path::Display<'_> {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).display()
}

fn excerpt(out: &mut dyn Write, file: &Path, span: Span, lines: &Lines<'_>) -> io::Result<()> {
    let (line, column) = lines.at(span.start);
    let (last, end) = lines.at(span.end);
    let source = lines.line(line);
    let until = if last == line { end as usize } else { source.chars().count() + 1 };
    let carets = "^".repeat(until.saturating_sub(column as usize).max(1));
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    writeln!(out, "{gutter} --> {}:{line}:{column}", shown(file))?;
    writeln!(out, "{number} | {source}")?;
    writeln!(out, "{gutter} | {}{carets}", " ".repeat(column as usize - 1))
}
