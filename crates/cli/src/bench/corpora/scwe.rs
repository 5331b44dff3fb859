//! OWASP SCWE: pages of weaknesses, each with vulnerable code and the same code mended.

use super::{Corpus, Sample, Truth, files, folder};
use anyhow::{Context, ensure};
use std::{fs, path::Path};

const EXPECTED: &str = "the folder `docs/SCWE` of github.com/OWASP/owasp-scs";

/// Reads the pages and writes their code below `scratch`, where tools that want files find it.
pub fn read(path: &Path, scratch: &Path) -> anyhow::Result<Corpus> {
    let mut corpus = Corpus { name: "scwe", samples: Vec::new(), notes: Vec::new() };
    let mut alone = Vec::new();
    for page in files(&folder(path, "--scwe", EXPECTED)?, ".md", &[])? {
        let id = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !id.starts_with("SCWE-") {
            continue;
        }
        let blocks = pair(&fs::read_to_string(&page).with_context(|| format!("`{}` cannot be read", page.display()))?);
        if blocks.is_empty() {
            alone.push(id);
            continue;
        }
        for (number, (vulnerable, text)) in blocks.into_iter().enumerate() {
            let path = scratch.join(format!("{id}-{number}.sol"));
            fs::write(&path, &text).with_context(|| format!("`{}` cannot be written", path.display()))?;
            corpus.samples.push(Sample { path, text, truth: Truth::Whole { class: id.clone(), vulnerable } });
        }
    }
    ensure!(!corpus.samples.is_empty(), "`--scwe {}` has no page with a pair, it expects {EXPECTED}", path.display());
    if !alone.is_empty() {
        corpus.notes.push(format!("{} pages without a pair of code are left out: {}", alone.len(), alone.join(", ")));
    }
    Ok(corpus)
}

/// The Solidity blocks of a page and whether each is vulnerable; none where either side is missing.
fn pair(page: &str) -> Vec<(bool, String)> {
    let blocks = blocks(page);
    let sides: Vec<Option<bool>> = blocks.iter().map(|(heading, _)| side(heading)).collect();
    if sides.contains(&Some(true)) && sides.contains(&Some(false)) {
        return sides.into_iter().zip(blocks).filter_map(|(side, (_, code))| Some((side?, code))).collect();
    }
    // Headings that say nothing: of two blocks the first is the bad one.
    if blocks.len() == 2 {
        return [true, false].into_iter().zip(blocks).map(|(side, (_, code))| (side, code)).collect();
    }
    Vec::new()
}

/// Blocks of Solidity, each with the heading above it.
fn blocks(page: &str) -> Vec<(String, String)> {
    let (mut heading, mut found, mut open) = (String::new(), Vec::new(), None::<String>);
    for line in page.lines() {
        let trimmed = line.trim();
        match &mut open {
            Some(code) if trimmed.starts_with("```") => {
                found.push((heading.clone(), std::mem::take(code)));
                open = None;
            }
            Some(code) => {
                code.push_str(line);
                code.push('\n');
            }
            None if trimmed.starts_with("```solidity") => open = Some(String::new()),
            None if line.starts_with('#') || line.starts_with("**") => heading = line.to_lowercase(),
            None => {}
        }
    }
    found
}

/// Whether a heading announces vulnerable code, mended code or neither.
fn side(heading: &str) -> Option<bool> {
    const BAD: [&str; 4] = ["vulnerable", "insecure", "unsafe", "incorrect"];
    const GOOD: [&str; 7] = ["fix", "secure", "safe", "refactor", "correct", "mitigat", "improved"];
    const LIKELY_BAD: [&str; 3] = ["vulner", "bad", "example"];
    let names = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    if names(&BAD) {
        Some(true)
    } else if names(&GOOD) {
        Some(false)
    } else {
        names(&LIKELY_BAD).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(first: &str, second: &str) -> String {
        format!("# T\n### {first}\n```solidity\na\n```\ntext\n### {second}\n```solidity\nb\n```\n")
    }

    #[test]
    fn headings_name_the_sides() {
        let expected = vec![(true, "a\n".to_owned()), (false, "b\n".to_owned())];
        assert_eq!(pair(&page("Vulnerable Contract (Insecure)", "Fixed Contract Example")), expected);
        assert_eq!(pair(&page("One", "Other")), expected);
        let swapped = vec![(false, "a\n".to_owned()), (true, "b\n".to_owned())];
        assert_eq!(pair(&page("Secure", "Insecure")), swapped);
    }

    #[test]
    fn a_page_without_a_pair_gives_nothing() {
        assert_eq!(pair("### Vulnerable\n```solidity\na\n```\n"), []);
        assert_eq!(pair("### Vulnerable\n```js\na\n```\n"), []);
    }
}
