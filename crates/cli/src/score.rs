//! `solwright score --jsonl`: the reward of answers, for reinforcement learning and benchmarks.

use crate::{
    Outcome,
    args::{Formula, Score},
    json::{self, ByteRange},
    referee::{Behaviour, Observed, Referee},
    setup,
};
use anyhow::{Context, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use solwright_analysis::project::{DiskFiles, Project, Sources};
use solwright_checker::{Checker, Judgement, Status, behaviour::Fuzz, compile::CompiledContract, reward};
use solwright_syntax::{Document, FunctionStub, Span};
use std::{
    io::{BufRead, Write, stdin, stdout},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::Duration,
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
    span: ByteRange,
    answer: String,
    /// The body that is known to be right.
    reference: Option<String>,
}

pub fn run(command: &Score) -> anyhow::Result<Outcome> {
    let mut config = setup::checker_config(&command.setup);
    config.formula = match command.formula {
        Formula::Gated => reward::Formula::Gated,
        Formula::Published => reward::Formula::Published,
    };
    let formula = config.formula;
    let checker = Checker::new(config);
    let fuzz = Fuzz { calls: 400, deadline: Duration::from_secs(2), ..Fuzz::default() };
    let mut court = command.behaviour.then(|| Court { referee: Referee { checker: &checker, fuzz }, last: None });
    let mut out = stdout().lock();
    let (mut answers, mut unscored) = (0, 0);
    for (number, line) in stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        answers += 1;
        let work = AssertUnwindSafe(|| score(&checker, court.as_mut(), formula, &line));
        let scored = catch_unwind(work).unwrap_or_else(|_| Err(anyhow!("the judge broke down on this answer")));
        // One line in thousands must not end a training run, so it is told, counted and answered in its place.
        let scored = scored.unwrap_or_else(|error| {
            unscored += 1;
            eprintln!("solwright: standard input, line {}: {error:#}", number + 1);
            json!({ "id": id(&line), "error": format!("{error:#}") })
        });
        writeln!(out, "{scored}")?;
        out.flush()?;
    }
    if unscored == 0 {
        return Ok(Outcome::Fine);
    }
    eprintln!("solwright: {unscored} of {answers} lines could not be scored, as told above");
    Ok(Outcome::Broken)
}

fn score(
    checker: &Checker,
    court: Option<&mut Court<'_>>,
    formula: reward::Formula,
    line: &str,
) -> anyhow::Result<Value> {
    let line: Line = serde_json::from_str(line).context(
        "not of the form {\"id\",\"project\"|\"source\",\"span\":{\"start\",\"end\"},\"answer\",\"reference\"?}",
    )?;
    let sources = sources(&line)?;
    let document = Document::parse(&*sources.main().text);
    let span = Span::new(line.span.start, line.span.end);
    let stub = FunctionStub::at_span(&document, span).with_context(|| {
        format!("id {}: no function stands at bytes {} to {}", line.id, line.span.start, line.span.end)
    })?;
    let reference = line.reference.as_deref();
    let mut judgement = checker.judge(&sources, &stub, &line.answer, reference);
    // A compiler that is missing, or ran out of time, says nothing of the answer.
    if judgement.verdict.compile.status == Status::Unavailable {
        let why = judgement.verdict.compile.diagnostics.first().map_or("", |diagnostic| &diagnostic.message);
        bail!("id {}: {why}", line.id);
    }
    let behaviour = match (court, reference) {
        (Some(court), Some(reference)) => Some(watch(court, formula, &sources, &stub, reference, &mut judgement)),
        _ => None,
    };
    let reward = judgement.verdict.reward;
    let mut verdict = json::verdict(&judgement.verdict, &judgement.splice.text);
    if let Some(behaviour) = behaviour {
        verdict["behaviour"] = behaviour;
    }
    Ok(json!({
        "id": line.id,
        "reward": reward.total,
        "parts": {
            "compile": reward.compile,
            "security": reward.security,
            "format": reward.format,
            "behaviour": reward.behaviour,
        },
        "idle": judgement.idle,
        "verdict": verdict,
    }))
}

/// A referee of answers that come task by task, so that the last reference is worth keeping.
struct Court<'a> {
    referee: Referee<'a>,
    last: Option<(Key, Result<Observed, String>)>,
}

/// What tells tasks apart: the file, the function, the reference.
type Key = (String, Span, String);

impl Court<'_> {
    fn compare(
        &mut self,
        sources: &Sources,
        stub: &FunctionStub,
        reference: &str,
        answer: &[CompiledContract],
    ) -> Behaviour {
        let key = (sources.main().text.to_string(), stub.span, reference.to_owned());
        let observed = match self.last.take() {
            Some((known, observed)) if known == key => observed,
            _ => self.referee.prepare(sources, stub, reference).map_err(|error| format!("untestable, for {error:#}")),
        };
        let (_, observed) = self.last.insert((key, observed));
        match observed {
            Ok(observed) => self.referee.compare(observed, answer).0,
            Err(why) => Behaviour::Untestable(why.clone()),
        }
    }
}

/// Lets the behaviour count in the reward, and tells of it as the other layers are told of.
fn watch(
    court: &mut Court<'_>,
    formula: reward::Formula,
    sources: &Sources,
    stub: &FunctionStub,
    reference: &str,
    judgement: &mut Judgement,
) -> Value {
    if !judgement.verdict.compiles() {
        return layer(Status::Skipped, None);
    }
    let reward = &mut judgement.verdict.reward;
    match court.compare(sources, stub, reference, &judgement.contracts) {
        Behaviour::Same => {
            *reward = reward.with_behaviour(true, formula, reward::WEIGHTS);
            layer(Status::Passed, None)
        }
        Behaviour::Differs(how) => {
            *reward = reward.with_behaviour(false, formula, reward::WEIGHTS);
            layer(Status::Failed, Some(("error", how)))
        }
        Behaviour::Untestable(why) => layer(Status::Unavailable, Some(("note", why))),
    }
}

fn layer(status: Status, message: Option<(&str, String)>) -> Value {
    let messages: Vec<Value> = message
        .into_iter()
        .map(|(level, text)| json!({ "level": level, "code": null, "message": text, "range": null }))
        .collect();
    json!({ "status": status, "messages": messages })
}

/// The id of a line that could not be scored, so that its answer is found all the same.
fn id(line: &str) -> Value {
    serde_json::from_str::<Value>(line).map_or(Value::Null, |line| line["id"].clone())
}

fn sources(line: &Line) -> anyhow::Result<Sources> {
    let (path, text) = match (&line.project, &line.source) {
        (Some(path), None) => setup::read(path)?,
        (Some(path), Some(source)) => (path.clone(), source.clone()),
        (None, Some(source)) => (std::env::temp_dir().join("Source.sol"), source.clone()),
        (None, None) => bail!("id {}: neither `project` nor `source` is given", line.id),
    };
    ensure!(
        line.span.start <= line.span.end && line.span.end <= text.len(),
        "id {}: the span leaves the file",
        line.id
    );
    let root: &Path = &path;
    Ok(Project::discover(root).load(&path, &text, &DiskFiles))
}
