//! `cargo xtask demo`: the main job on real input. Finds what is wrong in `examples/`, writes every stub there, and counts.

use crate::{
    setup,
    shell::{command, read, root},
};
use anyhow::Context;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

const SEED: &str = "1";

pub fn run() -> anyhow::Result<()> {
    let binary = setup::everything()?;
    let files = examples()?;
    setup::step("solwright check: errors and vulnerabilities, those planted among them");
    let planted = planted(&files)?;
    let found = check(&binary)?;
    setup::step("solwright generate: every stub, its best candidate, reasoning and verdict");
    let (mut stubs, mut compiled) = (0, 0);
    for file in &files {
        for stub in stubs_of(&binary, file)? {
            stubs += 1;
            compiled += usize::from(generate(&binary, file, &stub)?);
        }
    }
    println!("\n{compiled} of {stubs} stubs ended in a candidate that compiles (seed {SEED})");
    println!("{found} of {planted} planted vulnerabilities were found");
    Ok(())
}

fn examples() -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join("examples"))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sol"));
    files.sort();
    Ok(files)
}

/// Lines of the examples that say that the next one is wrong.
fn planted(files: &[PathBuf]) -> anyhow::Result<usize> {
    let mut count = 0;
    for file in files {
        count += fs::read_to_string(file)?.matches("// Planted:").count();
    }
    Ok(count)
}

/// Prints the report, and counts the planted lines that a finding stands on.
fn check(binary: &Path) -> anyhow::Result<usize> {
    let arguments = ["check", "examples", "--min-confidence", "medium"];
    print!("{}", read(command(binary).args(arguments).arg("--timings"))?);
    let findings: Vec<Value> =
        serde_json::from_str(&read(command(binary).args(arguments).args(["--format", "json"]))?)?;
    let mut hit = 0;
    for file in examples()? {
        let text = fs::read_to_string(&file)?;
        for (number, _) in text.lines().enumerate().filter(|(_, line)| line.contains("// Planted:")) {
            hit += usize::from(findings.iter().any(|finding| stands_on(finding, &file, number as u64 + 2)));
        }
    }
    Ok(hit)
}

/// Whether a detector's finding in `file` covers `line`, which counts from 1.
fn stands_on(finding: &Value, file: &Path, line: u64) -> bool {
    let same_file = finding["file"].as_str().is_some_and(|name| Path::new(name).file_name() == file.file_name());
    let bound = |end: &str| finding["range"][end]["line"].as_u64().unwrap_or_default();
    let detector = finding["scwe"].as_str().is_some_and(|id| !id.is_empty());
    same_file && detector && bound("start") <= line && line <= bound("end")
}

fn stubs_of(binary: &Path, file: &Path) -> anyhow::Result<Vec<Value>> {
    let text = read(command(binary).arg("stubs").arg(file).args(["--format", "json"]))?;
    serde_json::from_str(&text).with_context(|| format!("the stubs of `{}` are not JSON", file.display()))
}

/// Prints a stub's proposal; true when the best candidate compiles.
fn generate(binary: &Path, file: &Path, stub: &Value) -> anyhow::Result<bool> {
    let line = stub["line"].as_u64().context("a stub has no line")?.to_string();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    println!("\n== {name}:{line}  {}", stub["signature"].as_str().unwrap_or_default());
    let output = command(binary).arg("generate").arg(file).args(["--line", &line, "--seed", SEED]).output()?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    anyhow::ensure!(output.status.code().is_some_and(|code| code < 2), "generate failed on `{name}`, line {line}");
    Ok(text.contains("compiles: yes"))
}
