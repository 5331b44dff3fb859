//! smartbugs-curated: old contracts whose vulnerable lines were labelled by hand.

use super::{Corpus, Label, Sample, Truth, folder};
use anyhow::Context;
use serde::Deserialize;
use std::{fs, path::Path};

const EXPECTED: &str = "a clone of github.com/smartbugs/smartbugs-curated, with `vulnerabilities.json` in it";

#[derive(Deserialize)]
struct Entry {
    path: String,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Vulnerability {
    lines: Vec<u32>,
    category: String,
}

pub fn read(path: &Path) -> anyhow::Result<Corpus> {
    let root = folder(path, "--smartbugs", EXPECTED)?;
    let wrong = || format!("`--smartbugs {}` is not as expected: {EXPECTED}", path.display());
    let entries = fs::read_to_string(root.join("vulnerabilities.json")).with_context(wrong)?;
    let entries: Vec<Entry> = serde_json::from_str(&entries).with_context(wrong)?;
    let mut samples = Vec::new();
    for entry in entries {
        let path = root.join(&entry.path);
        // Not all of these texts are UTF-8; only comments are touched by that.
        let bytes = fs::read(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        samples.push(Sample { path, text, truth: truth(entry.vulnerabilities) });
    }
    Ok(Corpus { name: "smartbugs", samples, notes: Vec::new() })
}

fn truth(vulnerabilities: Vec<Vulnerability>) -> Truth {
    let label = |v: Vulnerability| Label { class: v.category, lines: v.lines };
    let labels: Vec<Label> = vulnerabilities.into_iter().map(label).collect();
    Truth::Lines { classes: labels.iter().map(|label| label.class.clone()).collect(), labels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.sol"), b"// \xff\ncontract A {}").unwrap();
        let entries = r#"[{"name": "a", "path": "a.sol", "vulnerabilities": [{"lines": [2], "category": "other"}]}]"#;
        fs::write(folder.path().join("vulnerabilities.json"), entries).unwrap();
        let corpus = read(folder.path()).unwrap();
        let Truth::Lines { labels, .. } = &corpus.samples[0].truth else { panic!("no labels") };
        assert_eq!(labels, &[Label { class: "other".to_owned(), lines: vec![2] }]);
    }

    #[test]
    fn a_wrong_folder_is_named_with_its_flag() {
        let error = read(Path::new("/nowhere")).err().unwrap().to_string();
        assert!(error.starts_with("`--smartbugs /nowhere` is no folder, it expects a clone"), "{error}");
    }
}
