//! Files that change while they are read.
#![allow(clippy::unwrap_used)]

use solwright_analysis::project::{Files, Project, ReadError};
use solwright_checker::{Checker, CheckerConfig, Depth};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Each reading gives a shorter text.
struct Shrinking(AtomicUsize);

impl Files for Shrinking {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        if !path.ends_with("Base.sol") {
            return Err(ReadError::NotFound);
        }
        let padding = "// é\n".repeat(100_usize.saturating_sub(40 * self.0.fetch_add(1, Ordering::Relaxed)));
        Ok(format!("{padding}pragma solidity ^0.8.20; contract Base {{ uint x = missing; }}").into())
    }
}

#[test]
fn places_in_a_file_that_changes_are_those_of_the_text_that_was_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Main.sol");
    let text = "pragma solidity ^0.8.20; import './Base.sol'; contract Main is Base {}";
    let checker = Checker::new(CheckerConfig::default());
    let files = Shrinking(AtomicUsize::new(0));
    let report = checker.check_file(&Project::discover(&path), &path, text, &files, Depth::Full);
    let error = report.diagnostics.iter().find(|diagnostic| diagnostic.code.as_deref() == Some("7576")).unwrap();
    let (_, text) = report.texts.iter().find(|(path, _)| *path == error.file).unwrap();
    assert_eq!(error.span.unwrap().text(text), "missing");
}
