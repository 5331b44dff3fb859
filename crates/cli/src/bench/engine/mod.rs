//! `solwright bench engine`: how fast the model reads and writes, with nothing else beside it.

use crate::{
    Outcome,
    args::{BenchEngine, BenchFormat},
    bench::here,
    setup,
};
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use solwright_model::{Cancel, DeviceChoice, Model, Session};
use std::{
    io::{Write, stdout},
    time::Instant,
};

/// Tokens of the prompts that are read, where the context has room for them, and after which tokens are written.
const NEAR: usize = 512;
const FAR: usize = 1_500;
/// Tokens that are written in each measurement.
const WRITTEN: usize = 64;
/// Tokens that are new where the rest of a prompt is known.
const NEW: usize = 32;
/// Sequences that are decoded together, and tokens that are verified at once.
const TOGETHER: usize = 8;
/// What is written after the near prompt, in all measurements.
const AFTER_NEAR: usize = 2 * WRITTEN;

pub fn run(command: &BenchEngine) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let model = Model::load(setup::model_source(command.model.as_deref())?, DeviceChoice::default())?;
    let load = start.elapsed().as_secs_f64();
    let info = model.info();
    let room = info.context_length;
    let (near, far) = (NEAR.min(room.saturating_sub(AFTER_NEAR)), FAR.min(room.saturating_sub(WRITTEN)));
    ensure!(near > 0, "`{}` sees {room} tokens at once, too few to measure; it takes {}", info.name, AFTER_NEAR + 1);
    let mut rounds = Vec::new();
    for _ in 0..command.rounds.max(1) {
        rounds.push(round(&model, near, far)?);
    }
    let figures: Vec<Figure> = (0..rounds[0].len()).map(|index| Figure::of(&rounds, index, near, far)).collect();
    let mut value = json!({
        "model": info.name, "quantization": info.quantization, "device": format!("{} ({})", info.device, info.device_reason),
        "machine": here::machine(), "build": here::BUILD, "load_seconds": load, "resident_mb": resident(),
        "near_tokens": near, "far_tokens": far,
    });
    for figure in &figures {
        value[figure.name] = json!({ "best": figure.best, "median": figure.median });
    }
    let mut out = stdout().lock();
    match command.format {
        BenchFormat::Json => writeln!(out, "{value:#}")?,
        BenchFormat::Markdown => writeln!(out, "{}", markdown(&value, &figures))?,
    }
    Ok(Outcome::Fine)
}

/// What was measured in all rounds.
struct Figure {
    name: &'static str,
    label: String,
    best: f64,
    median: f64,
}

impl Figure {
    fn of(rounds: &[[(&'static str, f64); 7]], index: usize, near: usize, far: usize) -> Self {
        let name = rounds[0][index].0;
        let mut sorted: Vec<f64> = rounds.iter().map(|round| round[index].1).collect();
        sorted.sort_by(f64::total_cmp);
        // Times are best when they are short, speeds when they are high.
        let best = if name.ends_with("_ms") { sorted[0] } else { sorted[sorted.len() - 1] };
        Self { name, label: label(name, near, far), best, median: sorted[sorted.len() / 2] }
    }
}

/// Each figure once, after prompts of so many tokens.
fn round(model: &Model, near: usize, far: usize) -> anyhow::Result<[(&'static str, f64); 7]> {
    let never = Cancel::new();
    let tokens = |count: usize| (0..count).map(|at| token(model, at)).collect::<Vec<u32>>();

    let mut session = model.session();
    let start = Instant::now();
    session.prefill(&tokens(near), &never)?;
    let prefill = near as f64 / start.elapsed().as_secs_f64();
    let decoded = decode(model, &mut session)?;

    let mut sessions: Vec<Session> = (0..TOGETHER).map(|_| session.fork()).collect();
    let start = Instant::now();
    for step in 0..WRITTEN {
        let next: Vec<u32> = (0..TOGETHER).map(|at| token(model, step * TOGETHER + at)).collect();
        Session::read_together(&mut sessions.iter_mut().zip(next.chunks(1)).collect::<Vec<_>>(), &never)?;
    }
    let together = (WRITTEN * TOGETHER) as f64 / start.elapsed().as_secs_f64();

    let start = Instant::now();
    for step in 0..WRITTEN / TOGETHER {
        session.verify(&tokens(TOGETHER + step)[step..], &never)?;
    }
    let verified = (WRITTEN / TOGETHER) as f64 / start.elapsed().as_secs_f64();

    let mut session = model.session();
    let start = Instant::now();
    session.prefill(&tokens(far), &never)?;
    let cold = start.elapsed().as_secs_f64() * 1e3;
    let decoded_far = decode(model, &mut session)?;
    session.truncate(far);
    let start = Instant::now();
    session.prefill(&tokens(far + NEW)[far..], &never)?;
    let warm = start.elapsed().as_secs_f64() * 1e3;
    Ok([
        ("prefill", prefill),
        ("decode", decoded),
        ("decode_far", decoded_far),
        ("decode_8_together", together),
        ("verify_8", verified),
        ("first_token_cold_ms", cold),
        ("first_token_warm_ms", warm),
    ])
}

/// Tokens a second, one after the other.
fn decode(model: &Model, session: &mut Session) -> anyhow::Result<f64> {
    let start = Instant::now();
    for step in 0..WRITTEN {
        session.step(token(model, step)).context("while a token was written")?;
    }
    Ok(WRITTEN as f64 / start.elapsed().as_secs_f64())
}

/// Any token, never the same twice running.
fn token(model: &Model, at: usize) -> u32 {
    (at as u32 * 7_919 + 13) % (model.info().vocabulary as u32).min(8_000)
}

fn markdown(value: &Value, figures: &[Figure]) -> String {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let number = |key: &str| value[key].as_f64().unwrap_or_default();
    let mut table = format!(
        "{} {} on {}, {}; {}. Loaded in {:.0} ms, {:.0} MB resident.\n\n| | best | median |\n|---|---|---|\n",
        text("model"),
        text("quantization"),
        text("device"),
        text("machine"),
        text("build"),
        number("load_seconds") * 1e3,
        number("resident_mb"),
    );
    for Figure { label, best, median, .. } in figures {
        table += &format!("| {label} | {best:.1} | {median:.1} |\n");
    }
    table
}

fn label(name: &str, near: usize, far: usize) -> String {
    match name {
        "prefill" => format!("prefill of {near}, tokens/s"),
        "decode" => format!("decode after {near}, tokens/s"),
        "decode_far" => format!("decode after {far}, tokens/s"),
        "decode_8_together" => "8 sequences together, tokens/s in all".to_owned(),
        "verify_8" => "8 tokens verified, times/s".to_owned(),
        "first_token_cold_ms" => format!("first token of {far}, ms"),
        _ => format!("first token of {} when {far} are known, ms", far + NEW),
    }
}

/// Megabytes of memory in use; zero where the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or_default() / 1e3
}
