//! Corpora: files, and what is known to be wrong with them. One reader is one file.

pub mod audited;
pub mod foundry;
pub mod scwe;
pub mod smartbugs;

use anyhow::{Context, bail};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A corpus, read.
pub struct Corpus {
    pub name: &'static str,
    pub samples: Vec<Sample>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// One file.
pub struct Sample {
    /// Where it lies; code out of a page is written to a folder of the benchmark's own.
    pub path: PathBuf,
    pub text: String,
    pub truth: Truth,
}

/// What is known of a file.
pub enum Truth {
    /// All of it shows one weakness, or how that is mended.
    Whole { class: String, vulnerable: bool },
    /// Every place of the classes is labelled: a finding of theirs elsewhere is false.
    Lines { classes: BTreeSet<String>, labels: Vec<Label> },
    /// Auditors went through it: each finding is to be argued.
    Audited,
}

/// A place that has a weakness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub class: String,
    /// Lines, from 1.
    pub lines: Vec<u32>,
}

/// Files below a folder whose names end so and whose folders are not `left_out`, in the order of their paths.
fn files(folder: &Path, suffix: &str, left_out: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("`{}` cannot be read", folder.display()))?;
    entries.sort_by_key(fs::DirEntry::path);
    let mut found = Vec::new();
    for entry in entries {
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let name = name.to_string_lossy();
        if kind.is_dir() && !left_out.contains(&name.as_ref()) {
            found.extend(files(&entry.path(), suffix, left_out)?);
        } else if kind.is_file() && name.ends_with(suffix) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The path as tools shall see it, or what the flag expects there.
fn folder(path: &Path, flag: &str, expected: &str) -> anyhow::Result<PathBuf> {
    match fs::canonicalize(path) {
        Ok(found) if found.is_dir() => Ok(found),
        _ => bail!("`{flag} {}` is no folder, it expects {expected}", path.display()),
    }
}
