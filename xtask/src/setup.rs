//! Set-up: the binary, a compiler, what the examples import. Each step is skipped when it is done already.

use crate::shell::{cargo, command, has, root, run, target};
use anyhow::ensure;
use std::{fs, path::PathBuf};

/// Everything that the demo and the tests need; returns the binary.
pub fn everything() -> anyhow::Result<PathBuf> {
    let binary = build()?;
    compiler(&binary)?;
    examples()?;
    Ok(binary)
}

/// Builds the `solwright` binary.
pub fn build() -> anyhow::Result<PathBuf> {
    claim_target()?;
    step("building solwright (the first time takes some minutes, for the compilers and tensors it stands on)");
    run(&mut cargo(&["build", "--package", "solwright-cli"]))?;
    Ok(target().join("debug").join(format!("solwright{}", std::env::consts::EXE_SUFFIX)))
}

/// Checkouts share what they build on, and cargo tells their own crates apart by the age of files alone: when another checkout built
/// last, its crates are removed, so that none of them passes for ours.
fn claim_target() -> anyhow::Result<()> {
    let stamp = target().join(".solwright-checkout");
    let here = root().display().to_string();
    if fs::read_to_string(&stamp).is_ok_and(|last| last == here) {
        return Ok(());
    }
    fs::create_dir_all(target())?;
    let crates = ["syntax", "analysis", "checker", "model", "generate", "server", "cli", "test-utils"];
    let packages = crates.iter().flat_map(|name| ["--package".to_owned(), format!("solwright-{name}")]);
    run(cargo(&["clean", "--quiet"]).args(packages))?;
    fs::write(stamp, here)?;
    Ok(())
}

/// The compiler from before 0.8 that the tests ask.
pub fn older_compiler(binary: &PathBuf) -> anyhow::Result<()> {
    step("an older Solidity compiler, into the cache");
    run(command(binary).args(["solc", "install", "0.7.6"]))
}

fn compiler(binary: &PathBuf) -> anyhow::Result<()> {
    step("the Solidity compiler, into the cache");
    ensure!(has("npm"), "`npm` is not on the PATH; install Node.js 18 or newer, which brings it");
    run(command(binary).args(["solc", "install"]))
}

/// What `examples/Points.sol` imports.
fn examples() -> anyhow::Result<()> {
    let folder = root().join("examples");
    let wanted = fs::read_to_string(folder.join("package.json"))?;
    let stamp = folder.join("node_modules/.solwright-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    step("OpenZeppelin's contracts, which an example imports");
    let flags = ["install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
    run(command("npm").current_dir(&folder).args(flags))?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Announces a step, so that a long one is no silence.
pub fn step(what: &str) {
    eprintln!("== {what}");
}
