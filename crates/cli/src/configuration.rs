//! A project's configuration on the command line: which files of a folder are left out, and what is wrong with it.

use crate::text;
use anyhow::bail;
use solwright_analysis::project::{absolute, configuration};
use solwright_checker::{Configuration, Diagnostic};
use solwright_syntax::{LineIndex, PositionEncoding};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What `check` walks past in the folders that it is given.
pub struct Exclusions {
    /// The named folder is excluded itself: who names it wants all of it.
    is_off: bool,
}

impl Exclusions {
    pub fn below(named: &Path) -> Self {
        Self { is_off: read(named).excludes(&absolute(named), true) }
    }

    /// What is left out of a folder: a question about an entry of it, and whether that is a folder.
    pub fn of(&self, folder: &Path) -> impl Fn(&Path, bool) -> bool + use<> {
        let configuration = (!self.is_off).then(|| read(folder));
        move |entry, is_dir| configuration.as_ref().is_some_and(|by| by.excludes(&absolute(entry), is_dir))
    }
}

fn read(folder: &Path) -> Configuration {
    Configuration::read(&configuration(folder))
}

/// Stops at the first thing that is wrong with the configuration of any of these files.
pub fn validate(files: &[PathBuf]) -> anyhow::Result<()> {
    let folder = |file: &PathBuf| Some(fs::canonicalize(file).ok()?.parent()?.to_path_buf());
    let folders: BTreeSet<PathBuf> = files.iter().filter_map(folder).collect();
    match folders.iter().find_map(|folder| read(folder).problems.into_iter().next()) {
        Some(problem) => bail!(sentence(&problem)),
        None => Ok(()),
    }
}

/// What is wrong with a configuration, in one sentence that begins with the place.
fn sentence(problem: &Diagnostic) -> String {
    let file = text::shown(&problem.file);
    let source = fs::read_to_string(&problem.file).unwrap_or_default();
    let position = |offset| LineIndex::new(&source).position(&source, offset, PositionEncoding::Utf32);
    match problem.span.map(|span| position(span.start)) {
        Some(place) => format!("{file}:{}:{}: {}", place.line + 1, place.character + 1, problem.message),
        None => format!("{file}: {}", problem.message),
    }
}
