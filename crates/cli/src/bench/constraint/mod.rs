//! `solwright bench constraint`: whether what the typed constraint allows compiles, and whether it allows what people write.

mod complete;
mod recall;
mod shaped;
mod soundness;

use super::generate::task::{self, Task};
use crate::{Outcome, args::BenchConstraint, setup};
use anyhow::anyhow;
use solwright_analysis::{Program, project::Sources};
use solwright_generate::grammar::{TypedScope, Vocabulary};
use solwright_model::{DeviceChoice, Model, ModelSource};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Write, stdout},
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

pub fn run(command: &BenchConstraint) -> anyhow::Result<Outcome> {
    let source = match command.shaped {
        true => ModelSource::Bytes(shaped::gguf().leak()),
        false => setup::model_source(command.setup.model.as_deref())?,
    };
    let model = Model::load(source, DeviceChoice::Cpu)?;
    let start = Instant::now();
    let vocabulary = Vocabulary::of(model.tokenizer())?;
    let mut out = stdout().lock();
    let prepared = start.elapsed().as_secs_f64() * 1e3;
    writeln!(out, "vocabulary of {} tokens, prepared in {prepared:.0} ms", model.tokenizer().vocabulary())?;
    drop(out);
    let mut holds = true;
    if !command.soundness.is_empty() {
        holds &= soundness::run(command, &vocabulary)?;
    }
    if !command.recall.is_empty() {
        holds &= recall::run(command, &vocabulary, model.tokenizer())?;
    }
    if !command.complete.is_empty() {
        complete::run(command)?;
    }
    Ok(if holds { Outcome::Fine } else { Outcome::No })
}

/// A function with its scope.
struct Asked {
    task: Task,
    scope: Arc<TypedScope>,
    /// The file with an empty body.
    sources: Sources,
}

impl Asked {
    /// The scope of a task's function; none where the file cannot be read.
    fn of(task: Task) -> Option<Self> {
        let emptied = task.emptied();
        let sources = Sources::of_text(&task.path, emptied.text());
        let program = Program::build(&sources);
        let id = program.function_at(task.body.start)?;
        let scope = Arc::new(TypedScope::of(&program, id));
        Some(Self { task, scope, sources })
    }

    /// The file with bodies beside the asked function, under names of their own, and where each is.
    fn beside<'b>(&self, bodies: impl Iterator<Item = &'b str>) -> (String, Vec<Range<usize>>) {
        const KEYWORD: &str = "function";
        let Task { text, function, body, .. } = &self.task;
        let head = without_override(&text[function.span.start..body.start]);
        let parts = head.strip_prefix(KEYWORD).and_then(|head| head.split_once(&function.name));
        let (_, after) = parts.unwrap_or_default();
        let (mut whole, mut spans) = (format!("{}{{}}", &text[..body.start]), Vec::new());
        for (number, body) in bodies.enumerate() {
            let start = whole.len();
            let _ = write!(whole, "\n{KEYWORD} {}_{number}_{after}{{{body}", function.name);
            spans.push(start..whole.len());
        }
        whole.push_str(&text[body.end..]);
        (whole, spans)
    }

    /// Whether another parser than solc's reads the body whole.
    fn parses(&self, body: &str) -> bool {
        self.reads(&self.with(body))
    }

    /// The same of a whole file.
    fn reads(&self, text: &str) -> bool {
        Program::build(&self.sources.with_main(text)).file(0).damage.is_empty()
    }

    /// The file with a body, which begins after its opening brace.
    fn with(&self, body: &str) -> String {
        let mut text = self.task.text.clone();
        text.replace_range(self.task.body.range(), &format!("{{{body}"));
        text
    }
}

/// A head that overrides nothing.
fn without_override(head: &str) -> String {
    const WORD: &str = "override";
    let Some((before, after)) = head.split_once(WORD) else { return head.to_owned() };
    let named = after.trim_start().strip_prefix('(').and_then(|list| list.split_once(')'));
    format!("{before}{}", named.map_or(after, |(_, rest)| rest))
}

/// All tasks of some files.
fn tasks(files: &[PathBuf]) -> anyhow::Result<Vec<Task>> {
    let mut all = Vec::new();
    for file in files {
        all.extend(task::file(file)?.0);
    }
    if all.is_empty() { Err(anyhow!("the files hold no task")) } else { Ok(all) }
}

/// Counts by reason, the largest first.
fn ranked(counts: &BTreeMap<String, usize>) -> Vec<(&String, usize)> {
    let mut rows: Vec<(&String, usize)> = counts.iter().map(|(reason, count)| (reason, *count)).collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    rows
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Median, 99th percentile and mean, in milliseconds.
fn times(mut all: Vec<Duration>) -> String {
    all.sort_unstable();
    let at = |share: f64| {
        all.get(((all.len().max(1) - 1) as f64 * share) as usize).map_or(0.0, |one| one.as_secs_f64() * 1e3)
    };
    let mean = all.iter().sum::<Duration>().as_secs_f64() * 1e3 / all.len().max(1) as f64;
    format!("median {:.3} ms, p99 {:.3} ms, mean {mean:.3} ms", at(0.5), at(0.99))
}
