//! Which files the paths of a command line mean.

use crate::configuration::Exclusions;
use anyhow::{Context, anyhow};
use solwright_analysis::project::Project;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// The files named, and the Solidity files in the folders named that are not excluded, in order, each once; and what could not be looked into.
#[derive(Default)]
pub struct Collected {
    /// Files to look at.
    pub files: Vec<PathBuf>,
    /// One sentence for each path that cannot be read.
    pub failures: Vec<anyhow::Error>,
    /// Where links lead to, so that each file is taken once and a loop of links ends.
    seen: HashSet<PathBuf>,
}

/// Looks at each path, and goes on past those that cannot be read.
pub fn collect(paths: &[PathBuf]) -> Collected {
    let mut collected = Collected::default();
    for path in paths {
        let result = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => collected.folder(path),
            // What is no folder is read later, and told then if it cannot be.
            _ => {
                collected.file(path.clone());
                Ok(())
            }
        };
        collected.failures.extend(result.err());
    }
    collected
}

impl Collected {
    fn file(&mut self, path: PathBuf) {
        if self.seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
            self.files.push(path);
        }
    }

    fn folder(&mut self, path: &Path) -> anyhow::Result<()> {
        let project = Project::discover(path);
        let bounds = [Some(path), project.workspace()].into_iter().flatten();
        let bounds: Vec<PathBuf> = bounds.filter_map(|folder| fs::canonicalize(folder).ok()).collect();
        let (files, failures) = (self.files.len(), self.failures.len());
        self.walk(path, &bounds, &Exclusions::below(path))?;
        if (self.files.len(), self.failures.len()) == (files, failures) {
            return Err(anyhow!(
                "`{}` holds no `.sol` file that is not excluded, name one to check it all the same",
                path.display()
            ));
        }
        Ok(())
    }

    /// Links are followed as long as they stay within one of `bounds`.
    fn walk(&mut self, folder: &Path, bounds: &[PathBuf], exclusions: &Exclusions) -> anyhow::Result<()> {
        let read = || format!("`{}` cannot be read, check its permissions", folder.display());
        let real = fs::canonicalize(folder).with_context(read)?;
        if !bounds.iter().any(|bound| real.starts_with(bound)) || !self.seen.insert(real) {
            return Ok(());
        }
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).with_context(read)?.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        let is_left_out = exclusions.of(folder);
        for path in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_dir = path.is_dir();
            if name.starts_with('.') || is_left_out(&path, is_dir) {
                continue;
            }
            if is_dir {
                let result = self.walk(&path, bounds, exclusions);
                self.failures.extend(result.err());
            } else if name.ends_with(".sol") && stays(&path, bounds) {
                self.file(path);
            }
        }
        Ok(())
    }
}

/// Whether a file is none that a link leads out to. One that leads nowhere stays, to be told of.
fn stays(path: &Path, bounds: &[PathBuf]) -> bool {
    fs::canonicalize(path).map_or(true, |real| bounds.iter().any(|bound| real.starts_with(bound)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        dir
    }

    #[track_caller]
    fn check(dir: &tempfile::TempDir, paths: &[&str], expected: &[&str], failures: usize) {
        let paths: Vec<PathBuf> = paths.iter().map(|path| dir.path().join(path)).collect();
        let collected = collect(&paths);
        let below: Vec<&Path> =
            collected.files.iter().map(|path| path.strip_prefix(dir.path()).unwrap_or(path)).collect();
        assert_eq!(below, expected.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(collected.failures.len(), failures, "{:?}", collected.failures);
    }

    #[test]
    fn dependencies_and_hidden_files_are_left_out_of_a_folder() {
        let dir = folder(&["p/B.sol", "p/a/A.sol", "p/lib/L.sol", "p/node_modules/N.sol", "p/.x/H.sol", "p/.#B.sol"]);
        check(&dir, &["p"], &["p/B.sol", "p/a/A.sol"], 0);
        check(&dir, &["p/lib/L.sol"], &["p/lib/L.sol"], 0);
    }

    #[test]
    fn each_file_is_taken_once() {
        let dir = folder(&["p/A.sol", "p/B.sol"]);
        check(&dir, &["p/B.sol", "p", "p/../p/A.sol"], &["p/B.sol", "p/A.sol"], 0);
    }

    #[test]
    fn a_folder_without_sources_is_told_and_the_others_are_taken() {
        let dir = folder(&["p/A.sol", "q/readme.md"]);
        check(&dir, &["q", "p"], &["p/A.sol"], 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_within_the_workspace_and_loops_end() {
        use std::os::unix::fs::symlink;
        let dir = folder(&["p/package.json", "p/src/A.sol", "p/shared/S.sol", "outside/O.sol"]);
        let at = |path: &str| dir.path().join(path);
        symlink(at("p"), at("p/src/round")).unwrap();
        symlink(at("p/shared"), at("p/src/shared")).unwrap();
        symlink(at("outside"), at("p/src/outside")).unwrap();
        symlink(at("outside/O.sol"), at("p/src/O.sol")).unwrap();
        symlink(at("nowhere"), at("p/src/N.sol")).unwrap();
        check(&dir, &["p/src"], &["p/src/A.sol", "p/src/N.sol", "p/src/round/shared/S.sol"], 0);
    }
}
