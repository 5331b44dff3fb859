//! `solwright bench engine`: how fast the model reads and writes, with nothing else beside it.

use crate::{Outcome, args::BenchEngine, bench::here};
use anyhow::Context;
use serde_json::{Value, json};
use solwright_model::{Cancel, DeviceChoice, Model, ModelSource, Session};
use std::{
    io::{Write, stdout},
    time::Instant,
};

/// Tokens of the prompt that is read, and after which tokens are written.
const PROMPT: usize = 512;
/// Tokens that are written in each measurement.
const WRITTEN: usize = 64;
/// Sequences that are decoded together, and tokens that are verified at once.
const TOGETHER: usize = 8;

pub fn run(command: &BenchEngine) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let source = match (&command.model, Model::bundled()) {
        (Some(path), _) => ModelSource::Path(path.clone()),
        (None, Some(bytes)) => ModelSource::Bytes(bytes),
        (None, None) => anyhow::bail!("no model is in the binary, name a GGUF file with `--model PATH`"),
    };
    let model = Model::load(source, DeviceChoice::default())?;
    let load = start.elapsed().as_secs_f64();
    let mut figures = Figures::default();
    for _ in 0..command.rounds.max(1) {
        figures.round(&model)?;
    }
    let rows = figures.rows();
    let info = model.info();
    let mut value = json!({
        "model": info.name, "quantization": info.quantization, "device": format!("{} ({})", info.device, info.device_reason),
        "machine": here::machine(), "build": here::BUILD, "load_seconds": load, "resident_mb": resident(),
    });
    for (name, best, median) in &rows {
        value[*name] = json!({ "best": best, "median": median });
    }
    let mut out = stdout().lock();
    match command.format {
        crate::args::BenchFormat::Json => writeln!(out, "{value:#}")?,
        crate::args::BenchFormat::Markdown => writeln!(out, "{}", markdown(&value, &rows))?,
    }
    Ok(Outcome::Fine)
}

/// Tokens a second in each round.
#[derive(Default)]
struct Figures {
    prefill: Vec<f64>,
    decode: Vec<f64>,
    decode_far: Vec<f64>,
    together: Vec<f64>,
    verify: Vec<f64>,
    cold: Vec<f64>,
    warm: Vec<f64>,
}

impl Figures {
    fn round(&mut self, model: &Model) -> anyhow::Result<()> {
        let never = Cancel::new();
        let room = model.info().context_length;
        let (prompt, far) = (PROMPT.min(room / 4), 1_500.min(room - 2 * WRITTEN));
        let tokens = |count: usize| (0..count).map(|at| token(model, at)).collect::<Vec<u32>>();

        let mut session = model.session();
        let start = Instant::now();
        session.prefill(&tokens(prompt), &never)?;
        self.prefill.push(prompt as f64 / start.elapsed().as_secs_f64());
        self.decode.push(decode(model, &mut session)?);

        let mut sessions: Vec<Session> = (0..TOGETHER).map(|_| session.fork()).collect();
        let start = Instant::now();
        for step in 0..WRITTEN {
            let next: Vec<u32> = (0..TOGETHER).map(|at| token(model, step * TOGETHER + at)).collect();
            Session::read_together(&mut sessions.iter_mut().zip(next.chunks(1)).collect::<Vec<_>>(), &never)?;
        }
        self.together.push((WRITTEN * TOGETHER) as f64 / start.elapsed().as_secs_f64());

        let start = Instant::now();
        for step in 0..WRITTEN / TOGETHER {
            session.verify(&tokens(TOGETHER + step)[step..], &never)?;
        }
        self.verify.push((WRITTEN / TOGETHER) as f64 / start.elapsed().as_secs_f64());

        let mut session = model.session();
        let start = Instant::now();
        session.prefill(&tokens(far), &never)?;
        self.cold.push(start.elapsed().as_secs_f64() * 1e3);
        self.decode_far.push(decode(model, &mut session)?);
        session.truncate(far);
        let start = Instant::now();
        session.prefill(&tokens(far + 32)[far..], &never)?;
        self.warm.push(start.elapsed().as_secs_f64() * 1e3);
        Ok(())
    }

    /// Name, best and median of each figure.
    fn rows(&self) -> Vec<(&'static str, f64, f64)> {
        let of = |name, figures: &[f64], best: fn(f64, f64) -> f64| {
            let mut sorted = figures.to_vec();
            sorted.sort_by(f64::total_cmp);
            (name, sorted.iter().copied().reduce(best).unwrap_or_default(), sorted[sorted.len() / 2])
        };
        vec![
            of("prefill_512", &self.prefill, f64::max),
            of("decode", &self.decode, f64::max),
            of("decode_after_1500", &self.decode_far, f64::max),
            of("decode_8_together", &self.together, f64::max),
            of("verify_8", &self.verify, f64::max),
            of("first_token_cold_ms", &self.cold, f64::min),
            of("first_token_warm_ms", &self.warm, f64::min),
        ]
    }
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

fn markdown(value: &Value, rows: &[(&'static str, f64, f64)]) -> String {
    let mut text = format!(
        "{} {} on {}, {}; {}. Loaded in {:.0} ms, {:.0} MB resident.\n\n| | best | median |\n|---|---|---|\n",
        value["model"].as_str().unwrap_or_default(),
        value["quantization"].as_str().unwrap_or_default(),
        value["device"].as_str().unwrap_or_default(),
        here::machine(),
        here::BUILD,
        value["load_seconds"].as_f64().unwrap_or_default() * 1e3,
        resident(),
    );
    for (name, best, median) in rows {
        text += &format!("| {} | {best:.1} | {median:.1} |\n", label(name));
    }
    text
}

fn label(name: &str) -> &'static str {
    match name {
        "prefill_512" => "prefill of 512, tokens/s",
        "decode" => "decode after 512, tokens/s",
        "decode_after_1500" => "decode after 1,500, tokens/s",
        "decode_8_together" => "8 sequences together, tokens/s in all",
        "verify_8" => "8 tokens verified, times/s",
        "first_token_cold_ms" => "first token of 1,500, ms",
        _ => "first token of 1,532 when 1,500 are known, ms",
    }
}

/// Megabytes of memory in use; zero where the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or_default() / 1e3
}
