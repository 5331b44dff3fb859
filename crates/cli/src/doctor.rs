//! `solwright doctor`: what works on this machine, and the command that mends the rest.

use crate::{Outcome, args::Setup, gpu, setup, solc};
use solwright_checker::compile::{Compilers, DEFAULT_SOLC};
use solwright_generate::Cancel;
use std::{
    io::{self, Write, stdout},
    path::Path,
    process::{Command, Stdio},
};

pub fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut out = stdout().lock();
    let model = model(&mut out, setup)?;
    let compiler = compiler(&mut out, setup)?;
    for (program, use_) in
        [("npm", "installs compilers"), ("nvim", "an editor"), ("forge", "runs a project's own tests")]
    {
        row(&mut out, has(program), &format!("{program} ({use_})"), "not needed for the main job")?;
    }
    Ok(if model && compiler { Outcome::Fine } else { Outcome::No })
}

fn model(out: &mut dyn Write, setup: &Setup) -> anyhow::Result<bool> {
    let engine = setup::engine(setup);
    // Any work waits until the model is loaded or has failed to load.
    match engine.desk(&Cancel::new()) {
        Ok(_) => {
            let status = engine.status();
            let facts = status.model.unwrap_or_default();
            let time = status.load_milliseconds.unwrap_or_default();
            let shown =
                format!("model {} {} on {}, loaded in {time:.0} ms", facts.name, facts.quantization, facts.device);
            row(out, true, &shown, "")?;
            if facts.device == "cpu" {
                writeln!(out, "         no GPU: {}", gpu::reason())?;
            }
            Ok(true)
        }
        Err(error) => {
            row(out, false, "model", &error.to_string())?;
            Ok(false)
        }
    }
}

fn compiler(out: &mut dyn Write, setup: &Setup) -> anyhow::Result<bool> {
    let compilers = Compilers::new(setup::checker_config(setup).compilers);
    let found = compilers.list(Path::new("."));
    for compiler in &found {
        row(out, compiler.is_readable(), &format!("solc {}", solc::line(compiler, &compilers)), "install a newer one")?;
    }
    if found.is_empty() {
        row(out, false, "solc", &format!("run `solwright solc install {DEFAULT_SOLC}`"))?;
    }
    Ok(found.iter().any(|compiler| compiler.is_readable()))
}

fn row(out: &mut dyn Write, works: bool, what: &str, remedy: &str) -> io::Result<()> {
    if works { writeln!(out, "ok       {what}") } else { writeln!(out, "missing  {what}: {remedy}") }
}

fn has(program: &str) -> bool {
    let quiet = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}
