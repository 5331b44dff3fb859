//! Answers that took long, a line of JSON each, so that nobody waits for one twice.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::Path,
};

/// How every line begins.
const START: &str = "{\"key\"";

/// Answers by a key that names all they depend on.
pub struct Memo {
    known: HashMap<String, Value>,
    file: Option<File>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    answer: Value,
}

impl Memo {
    /// Those of a file, which is made when it is not there; of this run alone without one.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self { known: HashMap::new(), file: None }) };
        let shown = path.display();
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .with_context(|| format!("`{shown}` cannot be written, check the folder's permissions"))?;
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(|| format!("`{shown}` cannot be read, move it away"))?;
        let mut known = HashMap::new();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            match serde_json::from_str::<Line>(line) {
                Ok(line) => drop(known.insert(line.key, line.answer)),
                // A run that was stopped while it wrote leaves a part of a line.
                Err(_) if line.starts_with(START) && !line.ends_with('\n') => {
                    file.set_len((text.len() - line.len()) as u64)?
                }
                Err(_) => bail!("`{shown}`, line {}, is no kept answer, move the file away", number + 1),
            }
        }
        Ok(Self { known, file: Some(file) })
    }

    /// An answer, where it has the form that is asked for.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.known.get(key)?).ok()
    }

    /// Keeps an answer, on disk before anything else is done.
    pub fn keep(&mut self, key: &str, answer: &impl Serialize) -> anyhow::Result<()> {
        let line = Line { key: key.to_owned(), answer: serde_json::to_value(answer)? };
        if let Some(file) = &mut self.file {
            let text = format!("{}\n", serde_json::to_string(&line)?);
            file.write_all(text.as_bytes())
                .context("an answer cannot be kept, make room on the disk and run the command again")?;
        }
        self.known.insert(line.key, line.answer);
        Ok(())
    }
}

/// One key for many texts; where one ends and the next begins matters.
pub fn digest(parts: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_answer_is_there_the_next_time_and_half_a_line_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forge.jsonl");
        Memo::open(Some(&path)).unwrap().keep("a", &[1, 2]).unwrap();
        let text = fs::read_to_string(&path).unwrap() + "{\"key\":\"b\"";
        fs::write(&path, text).unwrap();
        let mut memo = Memo::open(Some(&path)).unwrap();
        assert_eq!((memo.get("a"), memo.get::<Vec<u32>>("b")), (Some(vec![1, 2]), None));
        assert_eq!(memo.get::<String>("a"), None);
        memo.keep("c", &"x").unwrap();
        assert_eq!(Memo::open(Some(&path)).unwrap().get("c"), Some("x".to_owned()));
    }

    #[test]
    fn a_file_of_something_else_is_named_with_its_line_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forge.jsonl");
        for text in ["no answer\n", "no answer"] {
            fs::write(&path, text).unwrap();
            let error = Memo::open(Some(&path)).err().unwrap();
            assert!(format!("{error:#}").contains("line 1, is no kept answer"), "{error:#}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn texts_that_are_cut_elsewhere_have_another_key() {
        let digest = |parts: &[&str]| digest(&parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    }
}
