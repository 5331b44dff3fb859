//! `solwright score --jsonl`: the reward of answers, for reinforcement learning and benchmarks.

use crate::{
    Outcome,
    args::{Formula, Score},
    json, setup,
};
use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use solwright_analysis::project::{DiskFiles, Project, Sources};
use solwright_checker::{Checker, reward};
use solwright_syntax::{Document, FunctionStub, Span};
use std::{
    io::{BufRead, Write, stdin, stdout},
    path::{Path, PathBuf},
};

/// One answer to score.
#[derive(Deserialize)]
struct Line {
    id: Value,
    /// A file on disk, whose imports are found from where it lies.
    project: Option<PathBuf>,
    /// The file's text; it may import nothing unless `project` is given too.
    source: Option<String>,
    /// The function or the stub in the file, in bytes.
    span: Range,
    answer: String,
    /// The body that is known to be right.
    reference: Option<String>,
}

#[derive(Deserialize)]
struct Range {
    start: usize,
    end: usize,
}

pub fn run(command: &Score) -> anyhow::Result<Outcome> {
    let mut config = setup::checker_config(&command.setup);
    config.formula = match command.formula {
        Formula::Gated => reward::Formula::Gated,
        Formula::Published => reward::Formula::Published,
    };
    let checker = Checker::new(config);
    let mut out = stdout().lock();
    for (number, line) in stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let scored = score(&checker, &line).with_context(|| format!("standard input, line {}", number + 1))?;
        writeln!(out, "{scored}")?;
        out.flush()?;
    }
    Ok(Outcome::Fine)
}

fn score(checker: &Checker, line: &str) -> anyhow::Result<Value> {
    let line: Line = serde_json::from_str(line).context(
        "not of the form {\"id\",\"project\"|\"source\",\"span\":{\"start\",\"end\"},\"answer\",\"reference\"?}",
    )?;
    let sources = sources(&line)?;
    let document = Document::parse(&*sources.main().text);
    let span = Span::new(line.span.start, line.span.end);
    let stub = FunctionStub::at_span(&document, span).with_context(|| {
        format!("id {}: no function stands at bytes {} to {}", line.id, line.span.start, line.span.end)
    })?;
    let judgement = checker.judge(&sources, &stub, &line.answer, line.reference.as_deref());
    let reward = judgement.verdict.reward;
    Ok(json!({
        "id": line.id,
        "reward": reward.total,
        "parts": { "compile": reward.compile, "security": reward.security, "format": reward.format },
        "verdict": json::verdict(&judgement.verdict, &judgement.splice.text),
    }))
}

fn sources(line: &Line) -> anyhow::Result<Sources> {
    let (path, text) = match (&line.project, &line.source) {
        (Some(path), None) => setup::read(path)?,
        (Some(path), Some(source)) => (path.clone(), source.clone()),
        (None, Some(source)) => (std::env::temp_dir().join("Source.sol"), source.clone()),
        (None, None) => anyhow::bail!("id {}: neither `project` nor `source` is given", line.id),
    };
    ensure!(
        line.span.start <= line.span.end && line.span.end <= text.len(),
        "id {}: the span leaves the file",
        line.id
    );
    let root: &Path = &path;
    Ok(Project::discover(root).load(&path, &text, &DiskFiles))
}
