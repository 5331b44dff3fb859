//! What `foundry.toml`, `remappings.txt` and the folders of a project say of its imports.

use super::{
    CompilerSettings,
    remapping::{Remapping, below},
    settings,
};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// Library folders looked at in all; a vendored monorepo has dozens.
const MAX_LIBRARIES: usize = 512;
/// How deep libraries of libraries are followed.
const MAX_DEPTH: usize = 4;

/// Files whose folder is the root of a project.
const ROOT_MARKS: &[&str] = &[
    "foundry.toml",
    "remappings.txt",
    "hardhat.config.js",
    "hardhat.config.ts",
    "hardhat.config.cjs",
    "hardhat.config.mjs",
    "truffle-config.js",
    "package.json",
    ".git",
];

/// The profile that forge reads when `FOUNDRY_PROFILE` names no other.
const DEFAULT_PROFILE: &str = "default";

/// What a project says of its imports and of the compiler.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// Library folders, absolute.
    pub libs: Vec<PathBuf>,
    /// Rules, the project's own before those found by convention.
    pub remappings: Vec<Remapping>,
    /// What the compiler is told.
    pub compiler: CompilerSettings,
}

/// The nearest folder at or above `start` that has a root's mark.
pub(super) fn find_root(start: &Path) -> Option<PathBuf> {
    let marked = |folder: &&Path| ROOT_MARKS.iter().any(|mark| folder.join(mark).exists());
    start.ancestors().find(marked).map(Path::to_path_buf)
}

/// The repository around `root`: a package of a monorepo may import from its siblings.
pub(super) fn find_workspace(root: &Path) -> PathBuf {
    root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(root).to_path_buf()
}

/// Reads what the folder at `root` says.
pub(super) fn read(root: &Path) -> Config {
    let profile = std::env::var("FOUNDRY_PROFILE").unwrap_or_else(|_| DEFAULT_PROFILE.to_owned());
    let compiler = settings::read(root, &profile);
    let foundry = Foundry::read(root, &profile);
    let mut libs: Vec<PathBuf> = foundry.libs.iter().map(|lib| super::absolute(&root.join(lib))).collect();
    if libs.is_empty() {
        libs = vec![root.join("lib")];
    }
    let mut remappings = own_remappings(root, &foundry);
    let mut seen: HashSet<_> = remappings.iter().map(|rule| (rule.context.clone(), rule.prefix.clone())).collect();
    let mut budget = MAX_LIBRARIES;
    let mut queue: Vec<(PathBuf, usize)> = libs.iter().map(|lib| (lib.clone(), 0)).collect();
    // Breadth first, so that the nearest library of a name wins.
    let mut next = 0;
    while let Some((folder, depth)) = queue.get(next).cloned() {
        next += 1;
        for library in subfolders(&folder) {
            if budget == 0 {
                return Config { libs, remappings, compiler };
            }
            budget -= 1;
            for rule in library_remappings(&library) {
                if seen.insert((rule.context.clone(), rule.prefix.clone())) {
                    remappings.push(rule);
                }
            }
            if depth + 1 < MAX_DEPTH {
                queue.push((library.join("lib"), depth + 1));
            }
        }
    }
    Config { libs, remappings, compiler }
}

fn own_remappings(root: &Path, foundry: &Foundry) -> Vec<Remapping> {
    let text = std::fs::read_to_string(root.join("remappings.txt")).unwrap_or_default();
    let lines = foundry.remappings.iter().map(String::as_str).chain(text.lines());
    lines.filter_map(|line| Remapping::parse(line, root)).collect()
}

/// The rules of one library: those it states itself, and the one that forge would infer from its folders.
fn library_remappings(library: &Path) -> Vec<Remapping> {
    let mut rules = own_remappings(library, &Foundry::read(library, DEFAULT_PROFILE));
    if let Some(name) = library.file_name().and_then(|name| name.to_str()) {
        let folder = ["src", "contracts"].into_iter().find(|folder| library.join(folder).is_dir()).unwrap_or("");
        rules.push(Remapping {
            context: None,
            prefix: format!("{name}/"),
            target: below(library, &format!("{folder}/")),
        });
    }
    rules
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    // npm's folder is searched by name, never listed: it may hold thousands of packages.
    if folder.file_name().is_some_and(|name| name == "node_modules") {
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The keys of `foundry.toml` that concern imports.
#[derive(Default)]
struct Foundry {
    libs: Vec<String>,
    remappings: Vec<String>,
}

impl Foundry {
    /// What a profile of `foundry.toml` says; empty when there is none or it does not parse.
    fn read(root: &Path, profile: &str) -> Self {
        let Some(table) = settings::foundry_profile(root, profile) else { return Self::default() };
        let strings = |key: &str| {
            let list = table.get(key).and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        Self { libs: strings("libs"), remappings: strings("remappings") }
    }
}
