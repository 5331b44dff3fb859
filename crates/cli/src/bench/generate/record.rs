//! What was measured, a line a task and row, so that a run that was stopped goes on where it was.

use super::judge::Judged;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{Read, Seek, Write},
    path::Path,
};

/// One task in one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Of everything that the result depends on.
    pub key: String,
    pub row: String,
    pub task: String,
    /// Best first; the first is the answer.
    pub candidates: Vec<Judged>,
    /// To write them, without the judge's time.
    pub seconds: f64,
    /// Why there is no candidate.
    pub failed: Option<String>,
}

/// The records of earlier runs and of this one.
pub struct Records {
    known: HashMap<String, Record>,
    file: Option<File>,
}

impl Records {
    /// Those of a file, which is made when it is not there; of this run alone without one.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self { known: HashMap::new(), file: None }) };
        let shown = path.display();
        let cannot = || format!("`{shown}` cannot be written, check the folder's permissions");
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).with_context(cannot)?;
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(|| format!("`{shown}` cannot be read, move it away"))?;
        // The last line is a part of one when the run was stopped while it wrote.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).with_context(cannot)?;
            file.seek(std::io::SeekFrom::End(0))?;
        }
        let mut known = HashMap::new();
        for (number, line) in text[..whole].lines().enumerate() {
            let record: Record = serde_json::from_str(line).with_context(|| {
                format!("`{shown}`, line {}, is no record of a benchmark, move the file away", number + 1)
            })?;
            known.insert(record.key.clone(), record);
        }
        Ok(Self { known, file: Some(file) })
    }

    pub fn get(&self, key: &str) -> Option<&Record> {
        self.known.get(key)
    }

    /// Keeps a record, on disk before anything else is done.
    pub fn keep(&mut self, record: Record) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            let line = format!("{}\n", serde_json::to_string(&record)?);
            file.write_all(line.as_bytes())
                .context("a result cannot be kept, make room on the disk and run the command again")?;
        }
        self.known.insert(record.key.clone(), record);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record(key: &str) -> Record {
        let (row, task) = ("greedy".to_owned(), "A.f".to_owned());
        Record { key: key.to_owned(), row, task, candidates: Vec::new(), seconds: 0.5, failed: None }
    }

    #[test]
    fn a_run_that_was_stopped_while_it_wrote_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        Records::open(Some(&path)).unwrap().keep(record("one")).unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"key\":\"tw");
        fs::write(&path, text).unwrap();
        let mut records = Records::open(Some(&path)).unwrap();
        assert_eq!(records.get("one"), Some(&record("one")));
        records.keep(record("two")).unwrap();
        let again = Records::open(Some(&path)).unwrap();
        assert!(again.get("one").is_some() && again.get("two").is_some());
    }

    #[test]
    fn a_file_of_something_else_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        fs::write(&path, "{}\n").unwrap();
        let error = Records::open(Some(&path)).map(|_| ()).unwrap_err();
        assert!(format!("{error:#}").contains("line 1"), "{error:#}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}\n");
    }
}
