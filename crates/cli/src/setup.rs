//! What several commands need: files read with clear errors, a checker, an engine.

use crate::args::Setup;
use anyhow::{Context, bail};
use solwright_checker::{Checker, CheckerConfig, compile::CompilersConfig};
use solwright_generate::{DeviceChoice, Engine, ModelChoice, shared_weights_dir};
use solwright_model::{Model, ModelSource};
use solwright_syntax::{Document, FunctionStub, Position, PositionEncoding, stub_at, stubs};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Larger files are refused: no contract is that long, and a generated one is better read in parts.
const MOST_BYTES: u64 = 10 * 1024 * 1024;

/// A Solidity file's absolute path and text.
pub fn read(path: &Path) -> anyhow::Result<(PathBuf, String)> {
    let shown = path.display();
    let metadata = fs::metadata(path).with_context(|| format!("`{shown}` cannot be read, check the path"))?;
    if metadata.is_dir() {
        bail!("`{shown}` is a folder, name a file in it");
    }
    if metadata.len() > MOST_BYTES {
        let megabytes = metadata.len() / 1024 / 1024;
        bail!("`{shown}` has {megabytes} MB, more than the 10 MB that are read; split the file");
    }
    let bytes = fs::read(path).with_context(|| format!("`{shown}` cannot be read"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        anyhow::anyhow!("`{shown}` is not UTF-8 at byte {at}, save it as UTF-8")
    })?;
    let path = fs::canonicalize(path).with_context(|| format!("`{shown}` cannot be found"))?;
    Ok((path, text))
}

/// Puts another text into a file, whole or not at all, unless someone else changed it meanwhile.
pub fn replace(path: &Path, old: &str, new: &str) -> anyhow::Result<()> {
    let shown = path.display();
    let now = fs::read_to_string(path).with_context(|| format!("`{shown}` cannot be read again"))?;
    anyhow::ensure!(now == old, "`{shown}` changed meanwhile and was left as it is, run the command again");
    let partial = path.with_extension("sol.partial");
    let permissions = fs::metadata(path).map(|metadata| metadata.permissions());
    fs::write(&partial, new)
        .and_then(|()| fs::set_permissions(&partial, permissions?))
        .with_context(|| format!("`{}` cannot be written, check the folder's permissions", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("`{shown}` cannot be written"))
}

/// The stub with a name, or at a line that counts from 1.
pub fn find_stub(path: &Path, text: &str, function: Option<&str>, line: Option<u32>) -> anyhow::Result<FunctionStub> {
    let document = Document::parse(text);
    let shown = path.display();
    if let Some(name) = function {
        let all = stubs(&document);
        let mut named = all.iter().filter(|stub| stub.name == name);
        return match (named.next(), named.next()) {
            (Some(stub), None) => Ok(stub.clone()),
            (Some(_), Some(_)) => bail!("`{shown}` has several stubs named `{name}`, choose one with `--line`"),
            (None, _) if all.is_empty() => {
                bail!("`{shown}` has no stub, leave a function's body empty for Solwright to write")
            }
            (None, _) => {
                let names: Vec<String> = all.iter().map(|stub| format!("`{}`", stub.name)).collect();
                bail!("`{shown}` has no stub named `{name}`, there are {}", names.join(", "))
            }
        };
    }
    let line = line.unwrap_or(1).max(1);
    if line as usize > document.lines().line_count() as usize {
        bail!("`{shown}` has no line {line}, it ends at line {}", document.lines().line_count());
    }
    let span = document.lines().line_span(line - 1);
    // A line may begin before the stub does.
    let inside = span.start + text[span.range()].len() - text[span.range()].trim_start().len();
    stub_at(&document, inside).map_err(|none| anyhow::anyhow!("`{shown}`, line {line}: {none}"))
}

/// The byte at a line and a character that both count from 1.
pub fn offset(path: &Path, text: &str, line: u32, character: u32) -> anyhow::Result<usize> {
    let document = Document::parse(text);
    let count = document.lines().line_count();
    if line == 0 || line as usize > count as usize {
        bail!("`{}` has no line {line}, lines count from 1 to {count}", path.display());
    }
    let position = Position { line: line - 1, character: character.saturating_sub(1) };
    Ok(document.lines().offset(text, position, PositionEncoding::Utf32))
}

/// A checker with the compiler that was asked for.
pub fn checker(setup: &Setup) -> Checker {
    Checker::new(checker_config(setup))
}

/// A checker's configuration with the compiler that was asked for.
pub fn checker_config(setup: &Setup) -> CheckerConfig {
    config_of(setup.solc.clone())
}

/// A checker's configuration with the compiler at a path, or the one that fits the pragma.
pub fn config_of(solc_path: Option<PathBuf>) -> CheckerConfig {
    let compilers = CompilersConfig { solc_path, ..CompilersConfig::default() };
    CheckerConfig { compilers, ..CheckerConfig::default() }
}

/// The GGUF at a path, or the one in the binary.
pub fn model_source(model: Option<&Path>) -> anyhow::Result<ModelSource> {
    let bundled = || Model::bundled().map(ModelSource::Bytes);
    let source = model.map(|path| ModelSource::Path(path.to_owned())).or_else(bundled);
    source.context("no model is in the binary, name a GGUF file with `--model PATH`")
}

/// The GGUF at a path, whose weights processes share, or the one in the binary.
pub fn model(model: Option<&Path>, device: DeviceChoice) -> anyhow::Result<Model> {
    Ok(match model_source(model)? {
        bundled @ ModelSource::Bytes(_) => Model::load(bundled, device)?,
        path => Model::load_shared(path, device, &shared_weights_dir())?,
    })
}

/// An engine with the model that was asked for; it loads in the background.
pub fn engine(setup: &Setup) -> Engine {
    engine_of(setup.model.as_deref())
}

/// An engine with the model at a path, or the one in the binary.
pub fn engine_of(model: Option<&Path>) -> Engine {
    let choice = model.map_or(ModelChoice::Bundled, |path| ModelChoice::Path(path.to_owned()));
    Engine::start(choice, DeviceChoice::default())
}
