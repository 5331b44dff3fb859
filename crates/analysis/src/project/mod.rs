//! The outside: where a project begins, which files a source pulls in, and what could not be found.
//!
//! Nothing here fails. A broken `foundry.toml` is read as far as it goes, and an import that leads nowhere becomes a
//! [`MissingImport`] with the places that were tried.

mod config;
mod configuration;
mod files;
mod load;
mod remapping;
mod scan;
mod settings;
mod sources;
#[cfg(test)]
mod tests;

pub use configuration::{CONFIGURATION_FILE, ConfigurationFile, ConfigurationFiles, FOUNDRY_FILE, configuration};
pub use files::{DiskFiles, Files, MAX_FILE_BYTES, Overlay, ReadError};
pub use load::{MAX_FILES, MAX_TOTAL_BYTES};
pub use remapping::Remapping;
pub use settings::CompilerSettings;
pub use sources::{Import, MissingImport, SourceFile, Sources};

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// A project on disk: its root and how its imports are mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
    workspace: Option<PathBuf>,
    libs: Vec<PathBuf>,
    remappings: Vec<Remapping>,
    configuration: ConfigurationFiles,
    compiler: CompilerSettings,
}

impl Project {
    /// Finds the project that `path` (a file or a folder) belongs to. Without any sign of one it is the file's own folder.
    pub fn discover(path: &Path) -> Self {
        let path = absolute(path);
        let start = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let found = config::find_root(start);
        let root = found.clone().unwrap_or_else(|| start.to_path_buf());
        let workspace = found.map(|root| config::find_workspace(&root));
        let config::Config { libs, remappings, compiler } = config::read(&root);
        Self { root, workspace, libs, remappings, compiler, configuration: configuration(start) }
    }

    /// The folder that remappings and root-relative imports start from.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The outermost folder that belongs to the same repository; `None` for a file outside of any project.
    pub fn workspace(&self) -> Option<&Path> {
        self.workspace.as_deref()
    }

    /// Remappings in force: the project's own first, then those found by convention.
    pub fn remappings(&self) -> &[Remapping] {
        &self.remappings
    }

    /// The files that may say how the project is checked.
    pub fn configuration(&self) -> &ConfigurationFiles {
        &self.configuration
    }

    /// What its configuration tells the compiler.
    pub fn compiler(&self) -> &CompilerSettings {
        &self.compiler
    }

    /// Loads `text` as the file at `path`, with everything it imports, directly or not.
    pub fn load(&self, path: &Path, text: &str, files: &dyn Files) -> Sources {
        load::load(self, &absolute(path), Arc::from(text), files)
    }
}

/// `path` made absolute against the working directory, with `.` and `..` folded away without asking the disk.
pub fn absolute(path: &Path) -> PathBuf {
    let joined = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut out = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
