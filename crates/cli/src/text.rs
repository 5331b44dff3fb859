//! Text for people: messages with the lines they speak of.

use crate::json::Texts;
use solwright_checker::{Diagnostic, FileReport, Finding, Level, Severity, Status, Verdict};
use solwright_generate::{Candidate, Proposal, reasoning::ClaimStatus};
use solwright_syntax::Span;
use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Colour, where it is wanted.
#[derive(Clone, Copy)]
pub struct Paint(bool);

impl Paint {
    /// For a stream that is a terminal or not; the user may ask for none (no-color.org).
    pub fn for_stream(is_terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self(is_terminal && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb"))
    }

    fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    fn dim(self, text: impl Display) -> String {
        self.with("2", text)
    }

    fn grave(self, severity: &str, text: impl Display) -> String {
        let code = match severity {
            "high" | "error" => "1;31",
            "medium" | "warning" => "1;33",
            "low" => "1;36",
            _ => "1;34",
        };
        self.with(code, text)
    }

    fn with(self, code: &str, text: impl Display) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// What was found in all files.
#[derive(Default)]
pub struct Totals {
    paths: Vec<PathBuf>,
    compilers: BTreeSet<String>,
    /// In the order of the line that tells them.
    counts: [(&'static str, usize); 6],
}

impl Totals {
    /// Files so far.
    pub fn files(&self) -> usize {
        self.paths.len()
    }

    /// Counts a file.
    pub fn add(&mut self, path: &Path, report: &FileReport) {
        self.paths.push(path.to_owned());
        self.compilers.extend(report.compiler.clone());
        let of_level = |level| report.diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count();
        let of_severity = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
        let new = [
            ("error", of_level(Level::Error)),
            ("warning", of_level(Level::Warning)),
            ("high", of_severity(Severity::High)),
            ("medium", of_severity(Severity::Medium)),
            ("low", of_severity(Severity::Low)),
            ("info", of_severity(Severity::Info)),
        ];
        self.counts = std::array::from_fn(|at| (new[at].0, self.counts[at].1 + new[at].1));
    }

    /// One line for all, of which those below `least` were not shown.
    pub fn write(&self, out: &mut dyn Write, paint: Paint, least: Severity) -> io::Result<()> {
        let files = match self.paths.as_slice() {
            [] => return Ok(()),
            [only] => shown(only),
            several => format!("{} files", several.len()),
        };
        let count = |(name, count): &(&str, usize)| {
            let plural = if *count > 1 && matches!(*name, "error" | "warning") { "s" } else { "" };
            (*count > 0).then(|| paint.grave(name, format!("{count} {name}{plural}")))
        };
        let counts: Vec<String> = self.counts.iter().filter_map(count).collect();
        let counts = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
        let compilers: Vec<String> = self.compilers.iter().map(|version| format!(", solc {version}")).collect();
        let is_hidden = least > Severity::Info && self.counts.iter().any(|(name, count)| *name == "info" && *count > 0);
        let hint = if is_hidden { paint.dim(" (--min-severity info shows it)") } else { String::new() };
        writeln!(out, "{}{}: {counts}{hint}", paint.bold(files), compilers.concat())
    }
}

/// All that is said of a file, with the findings that are at least so severe.
pub fn report(
    out: &mut dyn Write,
    paint: Paint,
    report: &FileReport,
    texts: &Texts<'_>,
    least: Severity,
) -> io::Result<()> {
    for said in &report.diagnostics {
        diagnostic(out, paint, said, texts)?;
    }
    for found in report.findings.iter().filter(|found| found.severity >= least) {
        finding(out, paint, found, texts)?;
    }
    Ok(())
}

/// A finding, its place, its way, why and how.
fn finding(out: &mut dyn Write, paint: Paint, finding: &Finding, texts: &Texts<'_>) -> io::Result<()> {
    let severity = finding.severity.to_string();
    let head = paint.grave(&severity, format!("{severity}[{}]", finding.detector));
    writeln!(out, "{head}: {}", paint.bold(clean(&finding.message)))?;
    place(out, paint, &finding.file, Some(finding.span), texts)?;
    let mark = paint.dim("   =");
    for step in &finding.trace {
        let line = texts.lines(&step.file).map(|lines| lines.at(step.span.start).0);
        let line = line.map_or_else(String::new, |line| format!("line {line}"));
        let there = if step.file == finding.file { line } else { format!("{}, {line}", shown(&step.file)) };
        writeln!(out, "{mark} {there}: {}", clean(&step.message))?;
    }
    writeln!(out, "{mark} {}: {}", paint.bold("note"), clean(&finding.note))?;
    writeln!(out, "{mark} {}: {}", paint.bold("help"), clean(&finding.help))?;
    let swc = finding.swc.map(|swc| format!(", {swc}")).unwrap_or_default();
    let ids = paint.dim(format!("{}{swc}, confidence {}", finding.scwe, finding.confidence));
    writeln!(out, "{mark} {ids}\n")
}

/// An error or a warning, and its place.
fn diagnostic(out: &mut dyn Write, paint: Paint, diagnostic: &Diagnostic, texts: &Texts<'_>) -> io::Result<()> {
    let level = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let code = diagnostic.code.as_deref().map(|code| format!("[{}]", crate::json::source(code))).unwrap_or_default();
    let head = paint.grave(level, format!("{level}{code}"));
    writeln!(out, "{head}: {}", paint.bold(clean(&diagnostic.message)))?;
    place(out, paint, &diagnostic.file, diagnostic.span, texts)?;
    writeln!(out)
}

/// A proposal: reasoning, code, verdict, runners-up.
pub fn proposal(out: &mut dyn Write, proposal: &Proposal) -> io::Result<()> {
    let Some(best) = proposal.best() else { return Ok(()) };
    if best.is_composed {
        writeln!(out, "  the model gave no reasons; these are read from the code:")?;
    }
    for stage in &best.reasoning {
        writeln!(out, "  {}: {}", stage.name, clean(&stage.text))?;
        for claim in &stage.claims {
            let mark = match claim.status {
                ClaimStatus::Holds => "holds",
                ClaimStatus::Fails => "FAILS",
                ClaimStatus::Untestable => "not testable",
            };
            writeln!(out, "      [{mark}] {}", clean(&claim.text))?;
        }
    }
    writeln!(out)?;
    for line in best.code.lines() {
        writeln!(out, "    {}", clean(line))?;
    }
    writeln!(out)?;
    verdict(out, best)?;
    let model = &proposal.model;
    writeln!(
        out,
        "  {} of {} candidates compile; {} on {}, seed {}, {:.0} tokens/s, first token after {:.0} ms, {:.1} s",
        proposal.candidates.iter().filter(|candidate| candidate.verdict.compiles()).count(),
        proposal.candidates.len(),
        model.name,
        model.device,
        proposal.seed,
        proposal.tokens_per_second,
        proposal.first_token_milliseconds,
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
        writeln!(out, "    {}", clean(&diagnostic.message))?;
    }
    for finding in &best.verdict.findings {
        writeln!(out, "    {}[{}]: {}", finding.severity, finding.detector, clean(&finding.message))?;
    }
    Ok(())
}

/// A path as one would type it here.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    clean(&here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).display().to_string())
}

/// Signs of a line that are shown before the place, in it, and after it.
const SHOWN: [usize; 3] = [100, 120, 60];

/// Where something is, with its line where the text is at hand.
fn place(out: &mut dyn Write, paint: Paint, file: &Path, span: Option<Span>, texts: &Texts<'_>) -> io::Result<()> {
    let Some((span, lines)) = span.zip(texts.lines(file)) else {
        return writeln!(out, "  {} {}", paint.dim("-->"), shown(file));
    };
    let (line, column) = lines.at(span.start);
    let (last, end) = lines.at(span.end);
    let source: Vec<char> = lines.line(line).chars().collect();
    let from = (column as usize - 1).min(source.len());
    let until = if last == line { (end as usize - 1).clamp(from, source.len()) } else { source.len() };
    let text = |part: &[char]| clean(&part.iter().collect::<String>());
    let skipped = from.saturating_sub(SHOWN[0]);
    let before = format!("{}{}", if skipped > 0 { "…" } else { "" }, text(&source[skipped..from]));
    let (marked, cut) = (&source[from..until], until - from > SHOWN[1]);
    let marked = if cut { text(&marked[..SHOWN[1]]) + "…" } else { text(marked) };
    let after = &source[if cut { source.len() } else { until }..];
    let after = if after.len() > SHOWN[2] { text(&after[..SHOWN[2]]) + "…" } else { text(after) };
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let carets = paint.grave("error", "^".repeat(marked.chars().count().max(1)));
    let bar = paint.dim("|");
    writeln!(out, "{gutter} {} {}:{line}:{column}", paint.dim("-->"), shown(file))?;
    writeln!(out, "{} {bar} {before}{marked}{after}", paint.dim(&number))?;
    writeln!(out, "{gutter} {bar} {}{carets}", " ".repeat(before.chars().count()))
}

/// The text without signs that move a terminal's cursor or turn its direction: a source must not draw over its own report.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\t' => out.push_str("    "),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                out.extend(sign.escape_unicode());
            }
            _ if sign.is_control() => out.extend(sign.escape_unicode()),
            _ => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, span: std::ops::Range<usize>, expected: &str) {
        let (path, mut out) = (Path::new("/A.sol"), Vec::new());
        let texts = Texts::of(path, text);
        place(&mut out, Paint(false), path, Some(Span::new(span.start, span.end)), &texts).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn carets_stand_below_what_they_mean() {
        check("x;\n\ty = é + 1;", 4..10, "  --> /A.sol:2:2\n2 |     y = é + 1;\n  |     ^^^^^\n");
        check("a\nb", 0..3, "  --> /A.sol:1:1\n1 | a\n  | ^\n");
        check("", 0..0, "  --> /A.sol:1:1\n1 | \n  | ^\n");
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let long = "x".repeat(1_000_000);
        check(
            &long,
            500_000..500_003,
            &format!("  --> /A.sol:1:500001\n1 | …{}…\n  | {}^^^\n", "x".repeat(163), " ".repeat(101)),
        );
    }

    #[test]
    fn a_source_cannot_draw_over_its_report() {
        assert_eq!(shown(Path::new("/a\nb\u{202e}.sol")), "/a\\u{a}b\\u{202e}.sol");
        check("a\u{202e}b\x1b[2J", 0..1, "  --> /A.sol:1:1\n1 | a\\u{202e}b\\u{1b}[2J\n  | ^\n");
    }
}
