//! `solwright solc`: which compilers are at hand, and how to get one.

mod run;

use crate::{
    Outcome,
    args::{Setup, Solc},
    setup,
};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::compile::{Compilers, DEFAULT_SOLC, Installed, default_cache_dir, install};
use std::{
    io::{Write, stdout},
    path::Path,
};

pub fn run(command: &Solc) -> anyhow::Result<Outcome> {
    match command {
        Solc::List(setup) => list(setup),
        Solc::Install { version } => install_version(version.as_deref().unwrap_or(DEFAULT_SOLC)),
        Solc::Which { file, setup } => which(file, setup),
        Solc::Run { solc, arguments } => run::run(solc, arguments),
    }
}

/// One compiler on one line.
pub fn line(compiler: &Installed, compilers: &Compilers) -> String {
    let state = match (compiler.is_readable(), compilers.is_warm(compiler)) {
        (false, _) => "too old to run in process",
        (true, true) => "ready",
        (true, false) => "ready after its first compile, which takes some seconds",
    };
    format!("{:<8} {:?}, {:?}: {}; {state}", compiler.version, compiler.origin, compiler.via, compiler.path.display())
}

fn list(setup: &Setup) -> anyhow::Result<Outcome> {
    let compilers = Compilers::new(setup::checker_config(setup).compilers);
    let found = compilers.list(Path::new("."));
    let mut out = stdout().lock();
    for compiler in &found {
        writeln!(out, "{}", line(compiler, &compilers))?;
    }
    if found.is_empty() {
        eprintln!("no compiler is here, run `solwright solc install {DEFAULT_SOLC}`");
    }
    Ok(Outcome::Fine)
}

fn install_version(version: &str) -> anyhow::Result<Outcome> {
    let receipt = install(version, &default_cache_dir(), &mut |step| eprintln!("{step}"))?;
    let compilers = Compilers::new(setup::checker_config(&Setup::default()).compilers);
    // The long first translation is done here, where someone expects to wait.
    if let Some(compiler) = compilers.list(Path::new(".")).into_iter().find(|compiler| compiler.path == receipt.path)
        && compiler.is_readable()
    {
        eprintln!("translating solc {version} to machine code, once");
        compilers.warm(&compiler)?;
    }
    writeln!(stdout().lock(), "solc {version} is at {}, sha256 {}", receipt.path.display(), receipt.sha256)?;
    Ok(Outcome::Fine)
}

fn which(file: &Path, setup: &Setup) -> anyhow::Result<Outcome> {
    let (path, text) = setup::read(file)?;
    let sources = Project::discover(&path).load(&path, &text, &DiskFiles);
    let compilers = Compilers::new(setup::checker_config(setup).compilers);
    let compiler = compilers.which(&sources)?;
    writeln!(stdout().lock(), "{}", line(&compiler, &compilers))?;
    Ok(Outcome::Fine)
}
