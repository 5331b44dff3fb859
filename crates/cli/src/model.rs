//! `solwright model`: what model is at hand, and what it is.

use crate::{
    Outcome,
    args::{Format, Model as Command, ModelPath},
    gpu, setup,
};
use solwright_model::{DeviceChoice, Model};
use std::{
    io::{Write, stdout},
    time::Instant,
};

pub fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::List => list(),
        Command::Info(path) => info(path),
        Command::Verify(path) => verify(path),
    }
}

fn list() -> anyhow::Result<Outcome> {
    let mut out = stdout().lock();
    match Model::bundled() {
        Some(bytes) => writeln!(out, "bundled  {:.1} MB, in the binary", bytes.len() as f64 / 1e6)?,
        None => writeln!(out, "no model is in the binary, name a GGUF file with `--model PATH`")?,
    }
    Ok(Outcome::Fine)
}

fn info(path: &ModelPath) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let model = load(path)?;
    let loading = start.elapsed();
    let mut value = serde_json::to_value(model.info())?;
    value["sha256"] = model.sha256()?.into();
    value["load_milliseconds"] = (loading.as_secs_f64() * 1e3).into();
    if model.info().device == "cpu" {
        value["no_gpu"] = gpu::reason().into();
    }
    let mut out = stdout().lock();
    match path.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?,
        Format::Text => {
            for (key, value) in value.as_object().into_iter().flatten() {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                writeln!(out, "{key:<18} {shown}")?;
            }
        }
    }
    Ok(Outcome::Fine)
}

fn verify(path: &ModelPath) -> anyhow::Result<Outcome> {
    let model = load(path)?;
    let mut session = model.session();
    let prompt = model.tokenizer().encode("contract", true);
    let logits = session.prefill(&prompt, &solwright_model::Cancel::new())?;
    anyhow::ensure!(
        logits.iter().all(|logit| logit.is_finite()),
        "`{}` loads, but its logits are not finite; get the file anew",
        model.info().name
    );
    writeln!(stdout().lock(), "{}  {}", model.sha256()?, model.info().name)?;
    Ok(Outcome::Fine)
}

fn load(path: &ModelPath) -> anyhow::Result<Model> {
    setup::model(path.model.as_deref(), DeviceChoice::default())
}
