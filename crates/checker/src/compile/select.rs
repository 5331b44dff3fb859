//! Which compiler a pragma asks for.

use super::{DEFAULT_SOLC, FIRST_READABLE, Installed, Origin, Via};
use semver::{Version, VersionReq};
use solwright_analysis::project::Sources;
use std::fmt;
use thiserror::Error;

/// The versions that every pragma of a file and its imports allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange {
    pragmas: Vec<Pragma>,
}

/// One `pragma solidity`: any of its alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pragma {
    text: String,
    alternatives: Vec<VersionReq>,
}

/// No installed compiler satisfies the pragma.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct NoCompiler {
    /// The pragma as written; empty when there is none.
    pub pragma: String,
    /// A published version that satisfies it.
    pub suggestion: Option<Version>,
    /// What is installed.
    pub installed: Vec<Version>,
}

/// Last patch of each published minor version.
const PUBLISHED: [(u64, u64); 5] = [(4, 26), (5, 17), (6, 12), (7, 6), (8, 37)];

impl VersionRange {
    /// The range of one pragma's text, for example `^0.8.20` or `>=0.6.2 <0.9.0 || 0.5.17`. What cannot be read allows nothing.
    pub fn parse(text: &str) -> Self {
        Self { pragmas: vec![Pragma::parse(text)] }
    }

    /// What all files together allow.
    pub fn of(sources: &Sources) -> Self {
        let mut texts: Vec<String> = sources.files.iter().flat_map(|file| pragmas(&file.text)).collect();
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        Self { pragmas: texts.iter().map(|text| Pragma::parse(text)).collect() }
    }

    /// Whether the version is allowed.
    pub fn matches(&self, version: &Version) -> bool {
        self.pragmas.iter().all(|pragma| pragma.alternatives.iter().any(|range| range.matches(version)))
    }

    /// The best published version that is allowed, our default before any other.
    pub fn suggestion(&self) -> Option<Version> {
        let newest_first = PUBLISHED
            .iter()
            .rev()
            .flat_map(|&(minor, last)| (0..=last).rev().map(move |patch| Version::new(0, minor, patch)));
        let default = Version::parse(DEFAULT_SOLC).ok();
        default.into_iter().chain(newest_first).find(|version| self.matches(version))
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, pragma) in self.pragmas.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " and " })?;
            f.write_str(&pragma.text)?;
        }
        Ok(())
    }
}

impl fmt::Display for NoCompiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let have: Vec<String> = self.installed.iter().map(Version::to_string).collect();
        let have = if have.is_empty() { "none is".to_owned() } else { format!("only {} is", have.join(", ")) };
        match self.pragma.as_str() {
            "" => write!(f, "no solc is installed")?,
            pragma => write!(f, "no installed solc satisfies `pragma solidity {pragma}`, {have} there")?,
        }
        match &self.suggestion {
            Some(version) if *version >= FIRST_READABLE => write!(f, ": run `solwright solc install {version}`"),
            Some(version) => write!(f, ": put a native solc {version} on the PATH, npm's is too old to run in process"),
            None => write!(f, ": no published version does, correct the pragma"),
        }
    }
}

/// The compiler to use: the user's own, then the project's, then the newest.
pub(super) fn select(range: &VersionRange, installed: &[Installed]) -> Result<Installed, NoCompiler> {
    let rank = |compiler: &Installed| {
        let origin = match compiler.origin {
            Origin::User => 2,
            Origin::NodeModules => 1,
            Origin::Native | Origin::Cache => 0,
        };
        // At the same version the one in process wins: it stays warm from one compile to the next, a native solc starts anew each
        // time and pays for a process and its pipes.
        (compiler.is_readable(), origin, compiler.version.clone(), compiler.via == Via::Wasm)
    };
    let fitting = installed.iter().filter(|compiler| range.matches(&compiler.version));
    fitting.max_by_key(|compiler| rank(compiler)).cloned().ok_or_else(|| {
        let mut versions: Vec<Version> = installed.iter().map(|compiler| compiler.version.clone()).collect();
        versions.sort();
        versions.dedup();
        NoCompiler { pragma: range.to_string(), suggestion: range.suggestion(), installed: versions }
    })
}

impl Pragma {
    fn parse(text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let alternatives = text.split("||").filter_map(requirement).collect();
        Self { text, alternatives }
    }
}

/// solc's ranges in semver's terms: a space joins, a bare version is exact, and `a - b` is a span.
fn requirement(text: &str) -> Option<VersionReq> {
    let text = text.replace(['"', '\''], " ").replace(" - ", " .. ");
    let mut comparators: Vec<String> = Vec::new();
    let mut operator = String::new();
    for part in tokens(&text) {
        if part == ".." {
            let from = comparators.pop()?;
            comparators.push(format!(">={}", from.trim_start_matches('=')));
            operator = "<=".to_owned();
        } else if part.starts_with(|c: char| "<>=^~".contains(c)) {
            operator = part.to_owned();
        } else {
            let prefix = if operator.is_empty() { "=" } else { &operator };
            comparators.push(if part == "*" { "*".to_owned() } else { format!("{prefix}{part}") });
            operator.clear();
        }
    }
    if comparators.is_empty() { None } else { VersionReq::parse(&comparators.join(", ")).ok() }
}

/// Operators and versions, whatever the space between them.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|mut word| {
        let mut parts = Vec::new();
        while !word.is_empty() {
            let operator = word.starts_with(|c: char| "<>=^~".contains(c));
            let end = word.find(|c: char| "<>=^~".contains(c) != operator).unwrap_or(word.len());
            parts.push(if operator { &word[..end] } else { word[..end].trim_start_matches('v') });
            word = &word[end..];
        }
        parts
    })
}

/// The texts of all `pragma solidity` of a file, comments and strings left out.
fn pragmas(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['/', '"', '\'', 'p']) {
        rest = &rest[at..];
        let skipped = if rest.starts_with("//") {
            rest.find(['\n', '\r']).unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |end| end + 4)
        } else if rest.starts_with(['"', '\'']) {
            string_end(rest)
        } else if let Some((range, end)) = pragma_at(rest) {
            found.push(range.trim().to_owned());
            end
        } else {
            1
        };
        rest = &rest[skipped..];
    }
    found
}

fn pragma_at(text: &str) -> Option<(&str, usize)> {
    let body = text.strip_prefix("pragma")?.trim_start().strip_prefix("solidity")?;
    let range = &body[..body.find([';', '\n'])?];
    Some((range, text.len() - body.len() + range.len()))
}

/// Bytes up to the end of the string at the start of `text`, or of its line.
fn string_end(text: &str) -> usize {
    let quote = text.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return at,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if byte == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range: &str, inside: &[&str], outside: &[&str]) {
        let range = VersionRange::parse(range);
        for (versions, expected) in [(inside, true), (outside, false)] {
            for version in versions {
                assert_eq!(range.matches(&Version::parse(version).unwrap()), expected, "{range} {version}");
            }
        }
    }

    fn installed(version: &str, origin: Origin, via: Via) -> Installed {
        Installed { version: Version::parse(version).unwrap(), path: "/solc".into(), via, origin }
    }

    #[test]
    fn ranges_mean_what_solc_means() {
        check("^0.8.20", &["0.8.20", "0.8.37"], &["0.8.19", "0.9.0"]);
        check("0.8.20", &["0.8.20"], &["0.8.21"]);
        check(">=0.6.2 <0.9.0", &["0.6.2", "0.8.37"], &["0.6.1", "0.9.0"]);
        check(">= 0.8.0<0.8.20", &["0.8.0"], &["0.8.20"]);
        check("0.7.6 || ^0.8.4", &["0.7.6", "0.8.30"], &["0.7.5", "0.8.3"]);
        check("0.8.1 - 0.8.9", &["0.8.1", "0.8.9"], &["0.8.0", "0.8.10"]);
        check("~0.8.2", &["0.8.2", "0.8.9"], &["0.9.0"]);
        check("*", &["0.4.11", "0.8.30"], &[]);
        check("0.8", &["0.8.0", "0.8.30"], &["0.7.6"]);
        check("nonsense", &[], &["0.8.30"]);
    }

    #[test]
    fn pragmas_in_comments_and_strings_do_not_count() {
        let text = "// pragma solidity 0.4.0;\n/* pragma solidity 0.5.0; */ pragma  solidity ^0.8.0 ;\npragma abicoder v2;\n\
                    string constant S = \"pragma solidity 0.6.0;\"; /";
        assert_eq!(pragmas(text), ["^0.8.0"]);
        assert_eq!(pragmas("pragma solidity"), Vec::<String>::new());
        assert_eq!(pragmas("/* never closed pragma solidity 1;"), Vec::<String>::new());
    }

    #[test]
    fn the_users_compiler_wins_then_the_projects_then_the_newest() {
        let mut all = vec![
            installed("0.8.30", Origin::Cache, Via::Wasm),
            installed("0.8.37", Origin::Cache, Via::Wasm),
            installed("0.8.37", Origin::Native, Via::Native),
        ];
        let chosen = |all: &[Installed]| select(&VersionRange::parse("^0.8.20"), all).unwrap();
        assert_eq!((chosen(&all).version.patch, chosen(&all).via), (37, Via::Wasm));
        all.push(installed("0.8.24", Origin::NodeModules, Via::Wasm));
        assert_eq!(chosen(&all).version.patch, 24);
        all.push(installed("0.8.20", Origin::User, Via::Native));
        assert_eq!(chosen(&all).version.patch, 20);
        all.push(installed("0.8.19", Origin::User, Via::Native));
        assert_eq!(chosen(&all).version.patch, 20);
    }

    #[test]
    fn a_compiler_that_runs_wins_over_one_that_is_too_old_to() {
        let all = [installed("0.5.17", Origin::Cache, Via::Wasm), installed("0.5.16", Origin::Native, Via::Native)];
        assert_eq!(select(&VersionRange::parse("^0.5.0"), &all).unwrap().version.patch, 16);
    }

    #[test]
    fn a_missing_compiler_is_named_with_the_command_that_installs_it() {
        let told = |range: &str| {
            let all = [installed("0.8.30", Origin::Cache, Via::Wasm)];
            select(&VersionRange::parse(range), &all).unwrap_err().to_string()
        };
        assert_eq!(
            told("=0.8.20"),
            "no installed solc satisfies `pragma solidity =0.8.20`, only 0.8.30 is there: run `solwright solc install 0.8.20`"
        );
        assert!(told("^0.5.0").ends_with("put a native solc 0.5.17 on the PATH, npm's is too old to run in process"));
        assert!(told("^0.9.0").ends_with("no published version does, correct the pragma"));
    }
}
