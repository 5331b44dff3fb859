//! A project's configuration on the command line: which files of a folder are left out, and what is wrong with it.

use crate::{json::Lines, text};
use solwright_analysis::project::{absolute, settings};
use solwright_checker::{Configuration, Diagnostic};
use std::{fs, path::Path};

/// What `check` walks past in the folders that it is given.
pub struct Exclusions {
    /// The named folder is excluded itself: who names it wants all of it.
    is_off: bool,
}

impl Exclusions {
    pub fn below(named: &Path) -> Self {
        Self { is_off: read(named).excludes(&absolute(named), true) }
    }

    /// Whether a file or a folder in `folder` is left out.
    pub fn cover(&self, folder: &Path, entry: &Path, is_dir: bool) -> bool {
        !self.is_off && read(folder).excludes(&absolute(entry), is_dir)
    }
}

fn read(folder: &Path) -> Configuration {
    Configuration::read(&settings(folder))
}

/// What is wrong with a configuration, in one sentence that begins with the place.
pub fn sentence(problem: &Diagnostic) -> String {
    let file = text::shown(&problem.file);
    let source = fs::read_to_string(&problem.file).unwrap_or_default();
    match problem.span.map(|span| Lines::new(&source).at(span.start)) {
        Some((line, column)) => format!("{file}:{line}:{column}: {}", problem.message),
        None => format!("{file}: {}", problem.message),
    }
}
