//! The closure of a file's imports.

use super::{
    Files, Import, MissingImport, Project, ReadError, SourceFile, Sources, absolute,
    scan::{self, Found},
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Files a closure may hold.
pub const MAX_FILES: usize = 10_000;
/// Bytes a closure may hold.
pub const MAX_TOTAL_BYTES: usize = 64 * 1024 * 1024;

/// Loads `text` as the file at `path`, with everything it imports. Breadth first, so that the order is stable.
pub(super) fn load(project: &Project, path: &Path, text: Arc<str>, files: &dyn Files) -> Sources {
    let boundary = project.workspace.clone();
    let sources = Sources { settings: project.compiler.clone(), ..Sources::default() };
    let mut loader = Loader { project, files, sources, boundaries: Vec::new(), known: HashMap::new(), bytes: 0 };
    loader.add(path.to_path_buf(), text, boundary);
    let mut at = 0;
    while at < loader.sources.files.len() {
        loader.follow(at);
        at += 1;
    }
    loader.sources
}

struct Loader<'a> {
    project: &'a Project,
    files: &'a dyn Files,
    sources: Sources,
    /// For each file, the folder that its relative imports may not leave.
    boundaries: Vec<Option<PathBuf>>,
    /// Files by path, and by the path that symlinks lead to, so that a loop of links ends.
    known: HashMap<PathBuf, usize>,
    bytes: usize,
}

/// A place where an import may lie.
struct Candidate {
    path: PathBuf,
    /// The folder that the imported file's own relative imports may not leave.
    boundary: Option<PathBuf>,
}

/// Why an import was not followed.
struct Failure {
    tried: Vec<PathBuf>,
    reason: String,
}

impl Loader<'_> {
    fn add(&mut self, path: PathBuf, text: Arc<str>, boundary: Option<PathBuf>) -> usize {
        let index = self.sources.files.len();
        self.bytes += text.len();
        if let Ok(real) = path.canonicalize() {
            self.known.entry(real).or_insert(index);
        }
        self.known.insert(path.clone(), index);
        self.boundaries.push(boundary);
        let imports = scan::imports(&text).into_iter();
        let imports = imports.map(|Found { span, path }| Import { span, path, target: None }).collect();
        let name = path.to_string_lossy().replace('\\', "/");
        self.sources.files.push(SourceFile { path, name, text, imports });
        index
    }

    fn follow(&mut self, file: usize) {
        for at in 0..self.sources.files[file].imports.len() {
            let Import { span, path, .. } = self.sources.files[file].imports[at].clone();
            match self.resolve(file, &path) {
                Ok(target) => self.sources.files[file].imports[at].target = Some(target),
                Err(Failure { tried, reason }) => {
                    self.sources.missing.push(MissingImport { file, span, path, tried, reason })
                }
            }
        }
    }

    fn resolve(&mut self, file: usize, import: &str) -> Result<usize, Failure> {
        if import.is_empty() || import.contains('\0') {
            return Err(Failure { tried: Vec::new(), reason: "the import names no file".to_owned() });
        }
        // A file outside of any project may import from anywhere, and what lies there is not for it to choose.
        if !import.ends_with(".sol") {
            return Err(Failure { tried: Vec::new(), reason: format!("`{import}` is no `.sol` file") });
        }
        let mut tried = Vec::new();
        for Candidate { path, boundary } in self.candidates(file, import)? {
            if let Some(&index) = self.known.get(&path) {
                return Ok(index);
            }
            match self.files.read(&path) {
                Ok(text) => return self.admit(path, text, boundary),
                Err(ReadError::NotFound) => tried.push(path),
                Err(error) => {
                    return Err(Failure { reason: format!("`{}`: {error}", path.display()), tried: vec![path] });
                }
            }
        }
        tried.dedup();
        Err(Failure { reason: remedy(import, &tried), tried })
    }

    /// Takes in a file that was read, unless it is known under another name or the closure is full.
    fn admit(&mut self, path: PathBuf, text: Arc<str>, boundary: Option<PathBuf>) -> Result<usize, Failure> {
        if let Some(&index) = path.canonicalize().ok().and_then(|real| self.known.get(&real)) {
            self.known.insert(path, index);
            return Ok(index);
        }
        let full = if self.sources.files.len() >= MAX_FILES {
            Some(format!("{MAX_FILES} files"))
        } else if self.bytes + text.len() > MAX_TOTAL_BYTES {
            Some(format!("{} MiB", MAX_TOTAL_BYTES >> 20))
        } else {
            None
        };
        match full {
            Some(limit) => {
                let reason = format!("the imports of this file exceed {limit}, the rest is not followed");
                Err(Failure { tried: vec![path], reason })
            }
            None => Ok(self.add(path, text, boundary)),
        }
    }

    fn candidates(&self, file: usize, import: &str) -> Result<Vec<Candidate>, Failure> {
        let importer = &self.sources.files[file].path;
        let folder = importer.parent().unwrap_or(importer);
        if import.starts_with("./") || import.starts_with("../") {
            let path = absolute(&folder.join(import));
            let boundary = self.boundaries[file].clone();
            if boundary.as_ref().is_some_and(|boundary| !path.starts_with(boundary)) {
                let reason =
                    format!("`{import}` leaves the workspace, reach it through a remapping in `remappings.txt`");
                return Err(Failure { tried: vec![path], reason });
            }
            return Ok(vec![Candidate { path, boundary }]);
        }
        if import.contains("://") {
            let reason = format!("`{import}` is an address, install the package with `npm install` or `forge install`");
            return Err(Failure { tried: Vec::new(), reason });
        }
        let mut found = self.remapped(importer, import);
        found.extend(self.packages(importer, import));
        found.extend(self.below_root(import));
        Ok(found)
    }

    fn remapped(&self, importer: &Path, import: &str) -> Vec<Candidate> {
        let rules = self.project.remappings.iter().filter_map(|rule| Some((rule, rule.apply(importer, import)?)));
        let mut rules: Vec<_> = rules.collect();
        // Stable, so that among equals the project's own rule stays first.
        rules.sort_by_key(|(rule, _)| std::cmp::Reverse(rule.weight()));
        let candidate = |(rule, path): (&super::Remapping, PathBuf)| {
            let target = absolute(Path::new(&rule.target));
            let inside = self.project.workspace.as_ref().filter(|workspace| target.starts_with(workspace));
            Candidate { path, boundary: Some(inside.cloned().unwrap_or(target)) }
        };
        rules.into_iter().map(candidate).collect()
    }

    /// `node_modules` of the importer's folder and of all above it, also along the real path, for pnpm links its packages.
    fn packages(&self, importer: &Path, import: &str) -> Vec<Candidate> {
        let real = importer.canonicalize().ok().filter(|real| real != importer);
        let folders = importer.ancestors().skip(1).chain(real.iter().flat_map(|real| real.ancestors().skip(1)));
        let outside = |folder: &&Path| folder.file_name().is_none_or(|name| name != "node_modules");
        let candidate = |folder: &Path| {
            let modules = folder.join("node_modules");
            Candidate { path: absolute(&modules.join(import)), boundary: Some(modules) }
        };
        let found = folders.filter(outside).map(candidate);
        found
            .filter(|candidate| {
                candidate.boundary.as_ref().is_some_and(|b| candidate.path.starts_with(b) && b.is_dir())
            })
            .collect()
    }

    fn below_root(&self, import: &str) -> Vec<Candidate> {
        let project = self.project;
        let folders = std::iter::once(&project.root).chain(&project.libs);
        let boundary = |folder: &PathBuf| Some(project.workspace.as_ref().unwrap_or(folder).clone());
        let found =
            folders.map(|folder| Candidate { path: absolute(&folder.join(import)), boundary: boundary(folder) });
        found.filter(|candidate| candidate.boundary.as_ref().is_none_or(|b| candidate.path.starts_with(b))).collect()
    }
}

fn remedy(import: &str, tried: &[PathBuf]) -> String {
    if import.starts_with("./") || import.starts_with("../") {
        let path = tried.first().map(|path| path.display().to_string()).unwrap_or_default();
        return format!("there is no file `{path}`, correct the path");
    }
    let mut parts = import.split('/');
    let first = parts.next().unwrap_or_default();
    let package = match parts.next() {
        Some(second) if first.starts_with('@') => format!("{first}/{second}"),
        _ => first.to_owned(),
    };
    format!(
        "it is in no remapping, `node_modules` or library folder, install it with `npm install {package}` \
         or `forge install`, or map it in `remappings.txt`"
    )
}
