//! What a project's configuration says of the compiler: the keys of `foundry.toml`, and what is plainly written in Hardhat's.

use serde::Deserialize;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// Hardhat's configuration is a program; its literals are read, and nothing is run.
const HARDHAT: [&str; 4] = ["hardhat.config.js", "hardhat.config.ts", "hardhat.config.cjs", "hardhat.config.mjs"];

/// Settings that change what the compiler accepts and makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompilerSettings {
    /// The file that states them.
    pub file: Option<PathBuf>,
    /// The machine to compile for, for example `cancun`; solc's own choice when there is none.
    pub evm_version: Option<String>,
    /// Whether code is made by way of Yul.
    pub via_ir: bool,
    /// Whether the optimiser runs.
    pub optimizer: bool,
    /// How often the optimiser expects the code to run.
    pub optimizer_runs: Option<u64>,
}

/// The settings of the project at `root`, in the profile of that name.
pub(super) fn read(root: &Path, profile: &str) -> CompilerSettings {
    let foundry = foundry_profile(root, profile).map(|table| (root.join("foundry.toml"), of_foundry(&table)));
    let hardhat = || {
        let (path, text) = HARDHAT.iter().find_map(|name| {
            let path = root.join(name);
            Some((path.clone(), std::fs::read_to_string(path).ok()?))
        })?;
        Some((path, of_hardhat(&text)))
    };
    let (file, settings) = foundry.or_else(hardhat).unwrap_or_default();
    let file = (settings != CompilerSettings::default()).then_some(file);
    CompilerSettings { file, ..settings }
}

/// A profile of `foundry.toml` on top of the default one, as forge reads it; `None` when the file is not there or does not parse.
pub(super) fn foundry_profile(root: &Path, name: &str) -> Option<toml::Table> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct FoundryToml {
        profile: HashMap<String, toml::Table>,
        #[serde(flatten)]
        rest: HashMap<String, toml::Value>,
    }
    let text = std::fs::read_to_string(root.join("foundry.toml")).ok()?;
    let mut all: FoundryToml = toml::from_str(&text).ok()?;
    // Before profiles existed the section was called `default`.
    let old = all.rest.remove("default").and_then(|value| value.try_into().ok());
    let mut table = all.profile.remove("default").or(old).unwrap_or_default();
    table.extend(all.profile.remove(name).unwrap_or_default());
    Some(table)
}

fn of_foundry(table: &toml::Table) -> CompilerSettings {
    let value = |key: &str| table.get(key).or_else(|| table.get(&key.replace('_', "-")));
    let flag = |key: &str| value(key).and_then(toml::Value::as_bool).unwrap_or_default();
    let runs = value("optimizer_runs").and_then(toml::Value::as_integer);
    CompilerSettings {
        file: None,
        evm_version: value("evm_version").and_then(toml::Value::as_str).map(str::to_owned),
        via_ir: flag("via_ir"),
        optimizer: flag("optimizer"),
        optimizer_runs: runs.and_then(|runs| u64::try_from(runs).ok()),
    }
}

fn of_hardhat(text: &str) -> CompilerSettings {
    let text = without_comments(text);
    let optimizer = text.split_once("optimizer").and_then(|(_, rest)| rest.split('}').next()).unwrap_or_default();
    CompilerSettings {
        file: None,
        evm_version: literal(&text, "evmVersion").map(str::to_owned),
        via_ir: literal(&text, "viaIR") == Some("true"),
        optimizer: literal(optimizer, "enabled") == Some("true"),
        optimizer_runs: literal(optimizer, "runs").and_then(|runs| runs.replace('_', "").parse().ok()),
    }
}

/// The literal after `key:`. A key that stands there twice belongs to several compilers and says nothing of any one file.
fn literal<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut found = text.match_indices(key).filter_map(|(at, _)| {
        let rest = text[at + key.len()..].trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
        let value = rest.split([',', '}', '\n']).next()?.trim();
        Some(value.trim_matches(['"', '\'', '`']))
    });
    found.next().filter(|_| found.next().is_none())
}

/// Lines and blocks of comment left out; a `//` after a colon belongs to an address.
fn without_comments(text: &str) -> String {
    let mut blocks = text.split("/*");
    let mut out = blocks.next().unwrap_or_default().to_owned();
    blocks.for_each(|block| out.push_str(block.split_once("*/").map_or("", |(_, after)| after)));
    let line = |line: &str| {
        let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
        line[..comment.map_or(line.len(), |(at, _)| at)].to_owned()
    };
    out.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &str, text: &str, profile: &str) -> CompilerSettings {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
        let settings = read(dir.path(), profile);
        assert!(settings.file.as_ref().is_none_or(|file| file.ends_with(name)));
        CompilerSettings { file: None, ..settings }
    }

    const FOUNDRY: &str = "[profile.default]\nevm_version = 'cancun'\noptimizer = true\noptimizer_runs = 999\n\
                           [profile.ci]\nvia-ir = true\nevm_version = 'paris'\n";

    #[test]
    fn a_profile_stands_on_the_default_one() {
        let cancun = CompilerSettings {
            evm_version: Some("cancun".into()),
            optimizer: true,
            optimizer_runs: Some(999),
            ..CompilerSettings::default()
        };
        assert_eq!(settings("foundry.toml", FOUNDRY, "default"), cancun);
        assert_eq!(settings("foundry.toml", FOUNDRY, "nobody"), cancun);
        let paris = CompilerSettings { evm_version: Some("paris".into()), via_ir: true, ..cancun };
        assert_eq!(settings("foundry.toml", FOUNDRY, "ci"), paris);
    }

    #[test]
    fn values_of_another_kind_and_broken_files_say_nothing() {
        let text = "[profile.default]\nevm_version = 3\nvia_ir = 'yes'\noptimizer_runs = -1\n";
        assert_eq!(settings("foundry.toml", text, "default"), CompilerSettings::default());
        assert_eq!(settings("foundry.toml", "[profile.default", "default"), CompilerSettings::default());
    }

    #[test]
    fn the_literals_of_hardhat_are_read() {
        let text = "// viaIR: false\nmodule.exports = { url: 'https://x.example', solidity: { version: \"0.8.24\", settings: {\n\
                    evmVersion: `shanghai`, /* runs: 1 */ viaIR: true, optimizer: { enabled: true, runs: 1_000 } } } };";
        let expected = CompilerSettings {
            file: None,
            evm_version: Some("shanghai".into()),
            via_ir: true,
            optimizer: true,
            optimizer_runs: Some(1000),
        };
        assert_eq!(settings("hardhat.config.ts", text, "default"), expected);
    }

    #[test]
    fn settings_of_several_compilers_are_left_alone() {
        let text = "compilers: [{ settings: { evmVersion: 'paris' } }, { settings: { evmVersion: 'berlin' } }]";
        assert_eq!(settings("hardhat.config.js", text, "default"), CompilerSettings::default());
    }
}
