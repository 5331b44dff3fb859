//! `solwright bench engine`: how fast a model is read and written with, beside llama.cpp where that is asked for.

mod agree;
mod child;
mod completions;
mod report;
mod shapes;
pub(super) mod worker;

use crate::{
    Outcome,
    args::{BenchEngine, BenchFormat, EnginePeer, Quantization, Shape},
};
use anyhow::{Context, ensure};
use child::Child;
use report::{Figure, Row};
use serde_json::Value;
use solwright_checker::compile::default_cache_dir;
use std::{
    fs,
    io::{self, Write, stdout},
    path::{Path, PathBuf},
};

/// Tokens of the prompts that are read, where the context has room for them, and after which tokens are written.
const NEAR: usize = 512;
const FAR: usize = 1_500;
/// Tokens that are written in each measurement.
const WRITTEN: usize = 32;
/// Sequences that are decoded together, and tokens that are verified at once.
const TOGETHER: usize = 8;
/// How often that is done in a measurement.
const STEPS: usize = 8;

/// One thing that is measured, as workers are asked for it.
struct Measure {
    name: &'static str,
    line: String,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    /// So many were done; more a second is better.
    PerSecond(usize),
    /// So often it was done; less time is better.
    Milliseconds(usize),
}

pub fn run(command: &BenchEngine) -> anyhow::Result<Outcome> {
    let peer = if command.against.contains(&EnginePeer::LlamaCpp) { Some(llama_cpp(command)?) } else { None };
    if !command.completions.is_empty() {
        let rows = completions::measure(
            command.model.first().map(PathBuf::as_path),
            &command.completions,
            command.rounds.max(1),
        )?;
        writeln!(stdout().lock(), "{}", report::completions(&rows, command.format == BenchFormat::Json))?;
        return Ok(Outcome::Fine);
    }
    if command.agree {
        return agree::run(&models(command, false)?);
    }
    let mut rows = Vec::new();
    for model in models(command, peer.is_some())? {
        for &threads in &command.threads {
            rows.extend(measure(model.as_deref(), threads, peer.as_deref(), command.rounds.max(1))?);
        }
    }
    let bandwidth: Vec<(usize, f64)> = command
        .threads
        .iter()
        .map(|&threads| (threads, command.bandwidth.unwrap_or_else(|| solwright_model::bandwidth(threads))))
        .collect();
    let mut out = stdout().lock();
    match command.format {
        BenchFormat::Json => writeln!(out, "{:#}", report::json(&rows, &bandwidth))?,
        BenchFormat::Markdown => writeln!(out, "{}", report::markdown(&rows, &bandwidth))?,
    }
    Ok(Outcome::Fine)
}

/// The files to measure with; `None` is the model in the binary.
fn models(command: &BenchEngine, against: bool) -> anyhow::Result<Vec<Option<PathBuf>>> {
    if !command.model.is_empty() {
        return Ok(command.model.iter().cloned().map(Some).collect());
    }
    if command.shapes.is_empty() && !against {
        return Ok(vec![None]);
    }
    let shapes =
        if command.shapes.is_empty() { &[Shape::Bundled, Shape::HalfB, Shape::OneHalfB] } else { &command.shapes[..] };
    let all = shapes.iter().flat_map(|&shape| command.quantizations.iter().map(move |&kind| (shape, kind)));
    all.map(|(shape, kind): (Shape, Quantization)| shapes::file(shape, kind).map(Some)).collect()
}

fn llama_cpp(command: &BenchEngine) -> anyhow::Result<PathBuf> {
    let folder = command.peers.clone().unwrap_or_else(|| default_cache_dir().join("peers"));
    let program = folder.join("llama.cpp").join(format!("worker{}", std::env::consts::EXE_SUFFIX));
    ensure!(program.exists(), "`{}` is not there, run `cargo xtask peers llama.cpp`", program.display());
    Ok(program)
}

/// Rounds of all engines by turns: a row for each.
fn measure(model: Option<&Path>, threads: usize, peer: Option<&Path>, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let cache = default_cache_dir();
    let cache = fs::create_dir_all(&cache).and_then(|()| tempfile::tempdir_in(&cache));
    let cache = cache.context("a folder for shared weights cannot be made in the cache")?;
    let mut engines: Vec<Box<dyn Fn() -> anyhow::Result<Child>>> =
        vec![Box::new(|| Child::solwright(model, threads, cache.path()))];
    if let Some(program) = peer {
        let model = model.context("llama.cpp reads files alone, name one with `--model PATH`")?;
        engines.push(Box::new(move || Child::llama_cpp(program, model, threads)));
    }
    // Whoever reads the file first would wait for the disk.
    if let Some(path) = model {
        let read = fs::File::open(path).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
        read.with_context(|| format!("`{}` cannot be read", path.display()))?;
    }
    // The first process has more to do than those that come after it, and leaves them what it has done.
    let first_loads = engines.iter().map(|start| start()?.first_load()).collect::<anyhow::Result<Vec<f64>>>()?;
    let mut children = engines.iter().map(|start| start()).collect::<anyhow::Result<Vec<Child>>>()?;
    let facts: Value = serde_json::from_str(&children[0].ask("facts")?)?;
    let measures = measures(facts["context"].as_u64().unwrap_or_default() as usize)?;
    let name = facts["name"].as_str().unwrap_or_default();
    let mut taken = vec![vec![Vec::new(); measures.len()]; children.len()];
    for round in 0..rounds {
        eprintln!("{name}, {threads} threads, round {} of {rounds}", round + 1);
        for (at, measure) in measures.iter().enumerate() {
            // Who is first may find the machine in another state than who is second.
            for turn in 0..children.len() {
                let who = (round + turn) % children.len();
                let seconds = children[who].seconds(&measure.line)?;
                taken[who][at].push(seconds);
            }
        }
    }
    let mut costs = Vec::with_capacity(children.len());
    for ((start, first_load), child) in engines.iter().zip(first_loads).zip(&children) {
        let mut second = start()?;
        second.seconds(&measures[0].line)?;
        let cost = |name, value| Figure { name, best: value, median: value, is_cost: true };
        costs.push([
            cost("first_load_ms", first_load * 1e3),
            cost("load_ms", child.load_seconds * 1e3),
            cost("resident_mb", child.resident()),
            cost("second_mb", second.private()),
        ]);
    }
    let row = |((child, taken), costs): ((&Child, Vec<Vec<f64>>), [Figure; 4])| Row {
        model: name.to_owned(),
        quantization: facts["quantization"].as_str().unwrap_or_default().to_owned(),
        bytes: facts["bytes"].as_u64().unwrap_or_default(),
        device: facts["device"].as_str().unwrap_or_default().to_owned(),
        threads,
        engine: child.name,
        figures: measures.iter().zip(taken).map(|(measure, seconds)| measure.figure(seconds)).chain(costs).collect(),
    };
    Ok(children.iter().zip(taken).zip(costs).map(row).collect())
}

fn measures(context: usize) -> anyhow::Result<Vec<Measure>> {
    let written = WRITTEN.max(TOGETHER * STEPS);
    let (near, far) = (NEAR.min(context.saturating_sub(written)), FAR.min(context.saturating_sub(written)));
    ensure!(near > 0, "the model sees {context} tokens at once, too few to measure; it takes {}", written + 1);
    let measure = |name, line, unit| Measure { name, line, unit };
    Ok(vec![
        measure("prefill_tps", format!("prefill {near}"), Unit::PerSecond(near)),
        measure("decode_tps", format!("decode {near} {WRITTEN}"), Unit::PerSecond(WRITTEN)),
        measure("batch8_tps", format!("together {near} {TOGETHER} {STEPS}"), Unit::PerSecond(TOGETHER * STEPS)),
        measure("verify8_ms", format!("verify {near} {TOGETHER} {STEPS}"), Unit::Milliseconds(STEPS)),
        measure("first_token_ms", format!("prefill {far}"), Unit::Milliseconds(1)),
        measure("decode_far_tps", format!("decode {far} {WRITTEN}"), Unit::PerSecond(WRITTEN)),
        measure("warm_first_token_ms", format!("warm {far} {WRITTEN}"), Unit::Milliseconds(1)),
    ])
}

impl Measure {
    /// The best and the median of all rounds.
    fn figure(&self, mut seconds: Vec<f64>) -> Figure {
        seconds.sort_by(f64::total_cmp);
        let of = |seconds: f64| match self.unit {
            Unit::PerSecond(count) => count as f64 / seconds,
            Unit::Milliseconds(times) => seconds * 1e3 / times as f64,
        };
        Figure {
            name: self.name,
            best: of(seconds[0]),
            median: of(seconds[seconds.len() / 2]),
            is_cost: matches!(self.unit, Unit::Milliseconds(_)),
        }
    }
}
