//! forge lint's own test data: every line it warns of is marked by a comment, and the marked lint is the class.

use super::{Corpus, Label, Sample, Truth, files, folder};
use anyhow::{Context, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const EXPECTED: &str = "the folder `crates/lint/testdata` of github.com/foundry-rs/foundry";

pub fn read(path: &Path) -> anyhow::Result<Corpus> {
    let mut corpus = Corpus { name: "foundry-lint", samples: Vec::new(), notes: Vec::new() };
    let mut unnamed = 0;
    for path in files(&folder(path, "--foundry-lint", EXPECTED)?, ".sol", &["auxiliary"])? {
        let text = fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let expected = fs::read_to_string(path.with_extension("stderr")).unwrap_or_default();
        let (truth, lost) = truth(&text, &expected);
        unnamed += lost;
        corpus.samples.push(Sample { path, text, truth });
    }
    ensure!(!corpus.samples.is_empty(), "`--foundry-lint {}` has no file, it expects {EXPECTED}", path.display());
    if unnamed > 0 {
        corpus.notes.push(format!("{unnamed} expectations whose line or lint is not named are left out"));
    }
    Ok(corpus)
}

/// The labels of a file, and how many expectations no line or no lint could be told for.
fn truth(text: &str, expected: &str) -> (Truth, usize) {
    let only = text.split_once("--only-lint ").and_then(|(_, rest)| rest.split_whitespace().next());
    let lints = lints(expected);
    let mut classes: BTreeSet<String> = only.map(str::to_owned).into_iter().collect();
    let (mut labels, mut lost, mut last) = (Vec::new(), 0, 0);
    for (number, line) in (1..).zip(text.lines()) {
        for mark in line.split("//").skip(1) {
            let Some((reach, message)) = mark_of(mark) else { continue };
            last = match reach {
                '^' => number - 1,
                'v' => number + 1,
                '|' => last,
                _ => number,
            };
            let told = lints.iter().find(|(said, _)| said.contains(message)).map(|(_, lint)| *lint);
            match only.or(told) {
                Some(lint) => labels.push(Label { class: lint.to_owned(), lines: vec![last] }),
                None => lost += 1,
            }
        }
    }
    // Some tests keep their lines in the expected output alone, where they have no numbers.
    if labels.is_empty() && !lints.is_empty() {
        return (Truth::Lines { classes: BTreeSet::new(), labels }, lints.len());
    }
    classes.extend(labels.iter().map(|label| label.class.clone()));
    (Truth::Lines { classes, labels }, lost)
}

/// Where a mark points and what it says: `~WARN: …`, `~^NOTE: …`; help is said of a warning that is marked itself.
fn mark_of(comment: &str) -> Option<(char, &str)> {
    let rest = comment.trim_start().strip_prefix('~')?;
    let (head, message) = rest.split_once(':')?;
    let kind = head.trim_start_matches(['^', 'v', '|']).trim();
    ["WARN", "NOTE", "ERROR"].contains(&kind).then_some((head.chars().next()?, message.trim()))
}

/// What the expected output says, and of which lint: `warning[tx-origin]: …`.
fn lints(expected: &str) -> BTreeMap<&str, &str> {
    let heads = expected.lines().filter(|line| line.starts_with(['w', 'n', 'e']));
    heads
        .filter_map(|line| {
            let (head, message) = line.split_once("]: ")?;
            Some((message, head.split_once('[')?.1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, labels: &[(&str, u32)], lost: usize) {
        let (Truth::Lines { labels: found, .. }, left) = truth(text, expected) else { panic!("no labels") };
        let found: Vec<(&str, u32)> = found.iter().map(|label| (label.class.as_str(), label.lines[0])).collect();
        assert_eq!((found.as_slice(), left), (labels, lost));
    }

    #[test]
    fn marks_point_at_their_lines() {
        let text = "//@compile-flags: --only-lint tx-origin\na; //~WARN: x\nb;\n//~^NOTE: y\n//~v WARN: z\n//~|WARN: w";
        check(text, "", &[("tx-origin", 2), ("tx-origin", 3), ("tx-origin", 6), ("tx-origin", 6)], 0);
    }

    #[test]
    fn a_lint_is_told_by_its_message() {
        check("a; //~WARN: bad name\nb; //~WARN: new", "warning[naming]: bad name here\n", &[("naming", 1)], 1);
    }

    #[test]
    fn lines_that_are_not_marked_are_not_known() {
        let (Truth::Lines { classes, .. }, lost) = truth("// --only-lint a\n", "note[a]: x\n") else {
            panic!("no labels")
        };
        assert_eq!((classes.len(), lost), (0, 1));
    }

    #[test]
    fn other_comments_are_no_marks() {
        check("a; // ~ about\n// WARN: b\nc; //~HELP: d", "", &[], 0);
    }
}
