//! Where a project says how it wants to be checked. What the files say is for the checker to read.

use super::{DiskFiles, Files, ReadError, absolute, config::find_root};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The file that holds nothing but Solwright's settings.
pub const CONFIGURATION_FILE: &str = "solwright.toml";
/// forge's file, in which a table may hold them.
pub const FOUNDRY_FILE: &str = "foundry.toml";

/// The files that may hold settings for a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationFiles {
    /// The folder of the project that the place belongs to.
    pub root: PathBuf,
    /// The nearest of each kind, the stronger first.
    pub files: Vec<ConfigurationFile>,
}

/// A file that may hold settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Its text, or why it cannot be had.
    pub text: Result<Arc<str>, ReadError>,
}

/// The settings' files for what lies in `folder`, each the nearest at or above it.
pub fn configuration(folder: &Path) -> ConfigurationFiles {
    let folder = absolute(folder);
    let start = owner(&folder);
    let nearest = |name: &str| {
        let mut paths = start.ancestors().map(|folder| folder.join(name));
        paths.find_map(|path| match DiskFiles.read(&path) {
            Err(ReadError::NotFound) => None,
            text => Some(ConfigurationFile { path, text }),
        })
    };
    ConfigurationFiles {
        root: find_root(start).unwrap_or_else(|| start.to_path_buf()),
        files: [CONFIGURATION_FILE, FOUNDRY_FILE].into_iter().filter_map(nearest).collect(),
    }
}

/// A dependency answers to the project that brought it, not to the settings that its authors keep for themselves.
fn owner(folder: &Path) -> &Path {
    let brings = |project: &Path| {
        [CONFIGURATION_FILE, FOUNDRY_FILE, "remappings.txt"].iter().any(|mark| project.join(mark).is_file())
    };
    let projects = folder.ancestors().filter_map(|folder| match folder.file_name()?.to_str()? {
        "node_modules" => folder.parent(),
        "lib" | "dependencies" => folder.parent().filter(|project| brings(project)),
        _ => None,
    });
    projects.last().unwrap_or(folder)
}
