//! `cargo xtask tidy`: crate edges and line budgets (ARCHITECTURE.md). An edge that is not listed fails; a budget over its bound
//! fails too, for it asks a question that someone must answer.

use crate::shell::{cargo, read, root};
use anyhow::{Context, bail};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Which of our crates may name which.
const EDGES: [(&str, &[&str]); 8] = [
    ("syntax", &[]),
    ("model", &[]),
    ("analysis", &["syntax"]),
    ("checker", &["syntax", "analysis"]),
    ("generate", &["syntax", "analysis", "checker", "model"]),
    ("server", &["syntax", "analysis", "checker", "generate"]),
    ("cli", &["syntax", "analysis", "checker", "model", "generate", "server"]),
    ("test-utils", &["syntax"]),
];
const MEDIAN_FILE: usize = 120;
const LONGEST_FILE: usize = 800;
const LONGEST_DETECTOR: usize = 250;
const FUNCTION_P90: usize = 40;
const LONG_FUNCTION: usize = 60;
const LONG_FUNCTIONS_PERCENT: usize = 3;

pub fn run() -> anyhow::Result<()> {
    let mut errors = edges()?;
    errors.extend(budgets()?);
    errors.extend(frameworks()?);
    for error in &errors {
        eprintln!("tidy: {error}");
    }
    if !errors.is_empty() {
        bail!("{} rules of ARCHITECTURE.md are broken", errors.len());
    }
    Ok(())
}

fn edges() -> anyhow::Result<Vec<String>> {
    let metadata: Value =
        serde_json::from_str(&read(&mut cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]))?)?;
    let mut errors = Vec::new();
    for package in metadata["packages"].as_array().context("cargo metadata lists no packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(short) = name.strip_prefix("solwright-") else { continue };
        let Some((_, allowed)) = EDGES.iter().find(|(crate_, _)| *crate_ == short) else {
            errors.push(format!("crate `{name}` is not in the list of edges"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let Some(target) = dependency["name"].as_str().and_then(|name| name.strip_prefix("solwright-")) else {
                continue;
            };
            let test_only = target == "test-utils" && dependency["kind"] == "dev";
            if !allowed.contains(&target) && !test_only {
                errors.push(format!("`{short}` must not name `{target}`"));
            }
        }
    }
    Ok(errors)
}

/// The LSP framework has one room.
fn frameworks() -> anyhow::Result<Vec<String>> {
    let mut errors = Vec::new();
    for file in rust_files()? {
        let home = file.ends_with("crates/server/src/backend.rs");
        let inside = file.components().any(|part| part.as_os_str() == "server");
        let text = fs::read_to_string(&file)?;
        if inside && !home && text.contains("LanguageServer for") {
            errors.push(format!("{}: only `backend.rs` implements the language server", shown(&file)));
        }
        if !inside && !file.starts_with(root().join("xtask")) && text.contains("tower_lsp") {
            errors.push(format!("{}: only `server` names the LSP framework", shown(&file)));
        }
    }
    Ok(errors)
}

fn budgets() -> anyhow::Result<Vec<String>> {
    let mut errors = Vec::new();
    let (mut lengths, mut functions) = (Vec::new(), Vec::new());
    for file in rust_files()? {
        let text = fs::read_to_string(&file)?;
        let length = product_lines(&text);
        // The registry is a list, it grows with every detector.
        let detector = file.components().any(|part| part.as_os_str() == "detectors") && !file.ends_with("mod.rs");
        let bound = if detector { LONGEST_DETECTOR } else { LONGEST_FILE };
        if length > bound {
            errors.push(format!("{}: {length} lines, more than {bound}", shown(&file)));
        }
        lengths.push(length);
        functions.extend(function_lengths(&text));
    }
    lengths.sort_unstable();
    functions.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    let p90 = functions.get(functions.len() * 9 / 10).copied().unwrap_or_default();
    let long = functions.iter().filter(|&&length| length > LONG_FUNCTION).count();
    println!(
        "tidy: {} files, median {median} lines, longest {}; {} functions, p90 {p90} lines, {long} over {LONG_FUNCTION}",
        lengths.len(),
        lengths.last().copied().unwrap_or_default(),
        functions.len()
    );
    if median > MEDIAN_FILE {
        errors.push(format!("the median file has {median} lines, more than {MEDIAN_FILE}"));
    }
    if p90 > FUNCTION_P90 {
        errors.push(format!("a tenth of the functions have more than {p90} lines, more than {FUNCTION_P90}"));
    }
    if long * 100 > functions.len() * LONG_FUNCTIONS_PERCENT {
        errors.push(format!("{long} functions are over {LONG_FUNCTION} lines, more than {LONG_FUNCTIONS_PERCENT} %"));
    }
    Ok(errors)
}

/// Lines of a file without its tests.
fn product_lines(text: &str) -> usize {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text).lines().count()
}

/// Lines of each function, by the indentation that rustfmt gives its closing brace.
fn function_lengths(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut lengths = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let words = ["fn ", "pub fn ", "pub(crate) fn ", "async fn ", "pub async fn ", "pub(super) fn "];
        if !words.iter().any(|word| code.starts_with(word)) || code.ends_with(';') || code.ends_with('}') {
            continue;
        }
        let closing = format!("{}}}", &line[..line.len() - code.len()]);
        if let Some(length) = lines[start..].iter().position(|line| *line == closing) {
            lengths.push(length + 1);
        }
    }
    lengths
}

fn rust_files() -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        walk(&root().join(folder), &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}
