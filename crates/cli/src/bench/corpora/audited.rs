//! Audited code, a folder a project: what is found there is a false alarm until it is argued.

use super::{Corpus, Sample, Truth, files, folder};
use anyhow::{Context, ensure};
use std::{fs, path::PathBuf};

/// Tests and mocks are not what was audited.
const LEFT_OUT: [&str; 9] = ["test", "tests", "t", "mock", "mocks", "script", "lib", "node_modules", ".git"];

pub fn read(paths: &[PathBuf]) -> anyhow::Result<Corpus> {
    let mut samples = Vec::new();
    for path in paths {
        let before = samples.len();
        for path in files(&folder(path, "--audited", "a folder of Solidity files")?, ".sol", &LEFT_OUT)? {
            let text = fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
            samples.push(Sample { path, text, truth: Truth::Audited });
        }
        ensure!(samples.len() > before, "`--audited {}` holds no `.sol` file outside of tests", path.display());
    }
    Ok(Corpus { name: "audited", samples, notes: Vec::new() })
}
