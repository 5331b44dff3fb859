//! `cargo xtask peers`: the tools that `solwright bench … --against` runs beside ours, through pip and npm into the user's cache.

use crate::{
    setup::step,
    shell::{cache, command, root, run},
};
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The tools, compilers for code of before 0.8 and what most code imports; the versions are those that the README's tables were made with.
const PACKAGES: [&str; 7] = [
    "@foundry-rs/forge@1.7.1",
    "solhint@6.2.4",
    "@openzeppelin/contracts@4.9.6",
    "@openzeppelin/contracts-upgradeable@4.9.6",
    "solc-0.4@npm:solc@0.4.26",
    "solc-0.5@npm:solc@0.5.17",
    "solc-0.6@npm:solc@0.6.12",
];

/// llama.cpp comes inside of its Python package's source.
const LLAMA_CPP: &str = "llama-cpp-python==0.3.36";

/// The tools for the checker, or llama.cpp, which takes some minutes to build.
pub fn install(which: Option<&str>) -> anyhow::Result<()> {
    match which {
        None => checkers(),
        Some("llama.cpp") => llama_cpp(),
        Some(other) => bail!("`{other}` is no peer, there is `llama.cpp`, and without a name those of the checker"),
    }
}

fn checkers() -> anyhow::Result<()> {
    let (npm, slither) = (cache().join("peers/npm"), cache().join("peers/slither"));
    fs::create_dir_all(&npm)?;
    step("forge, solhint, older compilers and OpenZeppelin's contracts, by npm");
    let flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"];
    run(command("npm").args(flags).arg(&npm).args(PACKAGES))?;
    step("Slither, by pip");
    let bin = venv(&slither)?;
    run(pip(&bin, "install").arg("slither-analyzer==0.11.6"))
}

/// llama.cpp built for this processor, with the program that `solwright bench engine` asks.
fn llama_cpp() -> anyhow::Result<()> {
    let folder = cache().join("peers/llama.cpp");
    step("llama.cpp's source and what builds it, by pip");
    let bin = venv(&folder.join("python"))?;
    run(pip(&bin, "install").args(["cmake", "ninja"]))?;
    let source = source(&folder, &bin)?;
    step("llama.cpp, built for this processor (some minutes)");
    let build = folder.join("build");
    let ninja = format!("-DCMAKE_MAKE_PROGRAM={}", bin.join("ninja").display());
    let flags = ["-GNinja", &ninja, "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DBUILD_SHARED_LIBS=OFF"];
    let parts =
        ["COMMON", "TESTS", "TOOLS", "EXAMPLES", "SERVER", "APP"].map(|part| format!("-DLLAMA_BUILD_{part}=OFF"));
    let cmake = || command(bin.join("cmake"));
    let worker = format!("-DLLAMA_CPP={}", source.display());
    run(cmake()
        .arg("-S")
        .arg(root().join("benches/llama_cpp"))
        .arg("-B")
        .arg(&build)
        .args(flags)
        .args(parts)
        .arg(worker))?;
    run(cmake().arg("--build").arg(&build).args(["--target", "worker"]))?;
    fs::copy(build.join("worker"), folder.join("worker")).context("the worker was not built")?;
    Ok(())
}

/// Where the package's source lies unpacked.
fn source(folder: &Path, bin: &Path) -> anyhow::Result<PathBuf> {
    let entries = || fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let unpacked = || entries().map(|path| path.join("vendor/llama.cpp")).find(|path| path.exists());
    if let Some(source) = unpacked() {
        return Ok(source);
    }
    run(pip(bin, "download")
        .args(["--no-deps", "--no-binary", "llama-cpp-python", "--dest"])
        .arg(folder)
        .arg(LLAMA_CPP))?;
    let archive = entries().find(|path| path.extension().is_some_and(|extension| extension == "gz"));
    run(command("tar").arg("xzf").arg(archive.context("pip has brought no archive")?).arg("-C").arg(folder))?;
    unpacked().context("the package holds no llama.cpp")
}

/// A Python environment at a place; where its programs are.
fn venv(folder: &Path) -> anyhow::Result<PathBuf> {
    run(command("python3").args(["-m", "venv"]).arg(folder))?;
    Ok(folder.join(if cfg!(windows) { "Scripts" } else { "bin" }))
}

fn pip(bin: &Path, what: &str) -> Command {
    let mut pip = command(bin.join("pip"));
    pip.args([what, "--quiet", "--disable-pip-version-check"]);
    pip
}
