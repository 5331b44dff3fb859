//! Provenance: what is known of an accepted function is kept beside the project in `.solwright/`, one small JSON a function, found
//! again by the hash of its code, so that the hover still explains it tomorrow. No file holds two functions, so that git merges them without
//! conflict; where the code is another meanwhile, its contract and its signature say whose record it was.

use crate::{
    proposal::{Candidate, ModelFacts, Proposal},
    reasoning::Stage,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use solwright_checker::{Finding, Reward, Status};
use solwright_syntax::code_tokens;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folder of the records, beside the project's own files.
pub const FOLDER: &str = ".solwright";
/// Version of the record's form; a reader skips records of another.
const SCHEMA: u32 = 2;

/// Records that are looked through for one that fits.
const MOST_RECORDS: usize = 10_000;

/// What is kept of an accepted function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this form.
    pub schema: u32,
    /// Name of the function.
    pub function: String,
    /// Name of its contract.
    pub contract: String,
    /// Its signature, word by word.
    pub signature: String,
    /// The model that wrote it.
    pub model: ModelFacts,
    /// Seed of the proposal.
    pub seed: u64,
    /// Whether solc took it.
    pub compiles: bool,
    /// Messages of the findings in it.
    pub findings: Vec<String>,
    /// The score and its parts.
    pub reward: Reward,
    /// Candidates that it was the best of.
    pub candidates: usize,
    /// The reasoning, each claim marked.
    pub reasoning: Vec<Stage>,
    /// Whether the reasoning is the analyser's, for the model claimed nothing.
    #[serde(default)]
    pub is_composed: bool,
}

impl Record {
    /// What is worth keeping of a proposal's candidate.
    pub fn of(proposal: &Proposal, candidate: &Candidate) -> Self {
        Self {
            schema: SCHEMA,
            function: proposal.function.clone(),
            contract: proposal.contract.clone(),
            signature: signature(&candidate.code),
            model: proposal.model.clone(),
            seed: proposal.seed,
            compiles: candidate.verdict.compile.status == Status::Passed,
            findings: candidate.verdict.findings.iter().map(|f: &Finding| f.message.clone()).collect(),
            reward: candidate.verdict.reward,
            candidates: proposal.candidates.len(),
            reasoning: candidate.reasoning.clone(),
            is_composed: candidate.is_composed,
        }
    }
}

/// Keeps a record of `code` under `root`; the file appears whole or not at all.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn save(root: &Path, code: &str, record: &Record) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.json", hash(code)));
    let partial = folder.join(format!("{}.{}.partial", hash(code), std::process::id()));
    let mut text = serde_json::to_string_pretty(record).map_err(io::Error::other)?;
    text.push('\n');
    fs::write(&partial, text)?;
    fs::rename(&partial, &path)?;
    Ok(path)
}

/// The record of `code` under `root`, where there is one of this form.
pub fn find(root: &Path, code: &str) -> Option<Record> {
    let text = fs::read_to_string(root.join(FOLDER).join(format!("{}.json", hash(code)))).ok()?;
    let record: Record = serde_json::from_str(&text).ok()?;
    (record.schema == SCHEMA).then_some(record)
}

/// The record of what Solwright wrote in the place of `code`, a function of `contract`, where the code is another meanwhile; the newest one
/// of several.
pub fn find_changed(root: &Path, contract: &str, code: &str) -> Option<Record> {
    let wanted = signature(code);
    let of_file = |entry: fs::DirEntry| {
        let record: Record = serde_json::from_str(&fs::read_to_string(entry.path()).ok()?).ok()?;
        let is_it = record.schema == SCHEMA && record.contract == contract && record.signature == wanted;
        Some((entry.metadata().ok()?.modified().ok()?, record)).filter(|_| is_it)
    };
    let all = fs::read_dir(root.join(FOLDER)).ok()?.flatten().take(MOST_RECORDS).filter_map(of_file);
    all.max_by_key(|(time, _)| *time).map(|(_, record)| record)
}

/// The first 16 bytes of SHA-256, in hex, of the code's words: neither formatting nor a comment makes it another.
pub fn hash(code: &str) -> String {
    let words: String = code_tokens(code).flat_map(|word| [word, "\n"]).collect();
    Sha256::digest(words.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn signature(code: &str) -> String {
    code_tokens(code).take_while(|word| *word != "{").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            schema: SCHEMA,
            function: "f".into(),
            contract: "C".into(),
            signature: signature("function f() external {"),
            model: ModelFacts::default(),
            seed: 1,
            compiles: true,
            findings: Vec::new(),
            reward: Reward::default(),
            candidates: 4,
            reasoning: Vec::new(),
            is_composed: false,
        }
    }

    #[test]
    fn a_function_is_found_again_after_it_was_formatted() {
        let root = tempfile::tempdir().unwrap();
        save(root.path(), "function f() external { x = 1; }", &record()).unwrap();
        assert_eq!(find(root.path(), "function f()\n    external\n{\n    x = 1; // one\n}"), Some(record()));
        assert_eq!(find(root.path(), "function f() external { x = 2; }"), None);
    }

    #[test]
    fn a_function_that_was_changed_is_found_by_its_place() {
        let root = tempfile::tempdir().unwrap();
        save(root.path(), "function f() external { x = 1; }", &record()).unwrap();
        let changed = "function f()  external { x = 2; }";
        assert_eq!(find_changed(root.path(), "C", changed), Some(record()));
        assert_eq!(find_changed(root.path(), "D", changed), None);
        assert_eq!(find_changed(root.path(), "C", "function f(uint256 a) external { x = a; }"), None);
        let files: Vec<_> = fs::read_dir(root.path().join(FOLDER)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.iter().all(|file| file.extension().is_some_and(|kind| kind == "json")), "{files:?}");
    }

    #[test]
    fn a_damaged_record_and_one_of_another_form_are_skipped() {
        let root = tempfile::tempdir().unwrap();
        let path = save(root.path(), "function f() {}", &Record { schema: 99, ..record() }).unwrap();
        assert_eq!(find(root.path(), "function f() {}"), None);
        fs::write(path, "{").unwrap();
        assert_eq!(find(root.path(), "function f() {}"), None);
    }
}
