//! A copy of a file and of what it imports, a folder for each tool and file: no tool sees what another left, or takes it for its project.

use super::Peer;
use crate::{args::PeerName, bench::corpora::Sample};
use anyhow::Context;
use solwright_analysis::project::{DiskFiles, Project, Sources};
use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};
use tempfile::TempDir;

/// solhint's settings: all its rules.
pub const RULES: &str = ".solhint.json";

/// A project of one main file.
pub struct Copy {
    /// Where the project begins; removed with this value.
    pub root: TempDir,
    /// The main file, from `root`.
    pub file: PathBuf,
    /// The compiler that it is for.
    pub solc: PathBuf,
}

impl Copy {
    pub fn of(sample: &Sample, peer: &Peer) -> anyhow::Result<Self> {
        let around = &peer.around;
        let sources = Project::discover(&sample.path).load(&sample.path, &sample.text, &DiskFiles);
        let (solc, text) = match peer.known.peer {
            // It reads without a compiler.
            PeerName::Solhint => (Path::new(""), sample.text.as_str().into()),
            _ => around
                .solcs
                .choose(&sources, &sample.text)
                .context("no compiler of the series that its pragma asks for, `cargo xtask peers` brings some")?,
        };
        let root = TempDir::new_in(&around.scratch).context("it cannot be copied")?;
        for file in &sources.files {
            let place = root.path().join(inside(&file.path));
            fs::create_dir_all(place.parent().unwrap_or(root.path()))?;
            fs::write(place, &*file.text)?;
        }
        let file = inside(&sources.main().path);
        fs::write(root.path().join(&file), &*text)?;
        match peer.known.peer {
            PeerName::Solhint => fs::write(root.path().join(RULES), r#"{"extends": "solhint:all"}"#)?,
            PeerName::ForgeLint => {
                fs::write(root.path().join("foundry.toml"), foundry(&sources, root.path(), &around.modules))?
            }
            // What a sample imports and its corpus lacks, where Node would look for it.
            PeerName::Slither => link(&around.modules, &root.path().join("node_modules"))?,
        }
        Ok(Self { root, file, solc: solc.to_owned() })
    }
}

/// An absolute path as a relative one.
fn inside(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

/// forge's settings: each package that is imported, where it is.
fn foundry(sources: &Sources, root: &Path, modules: &Path) -> String {
    let mut packages = BTreeMap::from([("@openzeppelin".to_owned(), modules.join("@openzeppelin"))]);
    for import in sources.files.iter().flat_map(|file| &file.imports).filter(|import| !import.path.starts_with('.')) {
        let target = import.target.map(|target| root.join(inside(&sources.files[target].path)));
        let target = target.as_deref().and_then(Path::to_str).and_then(|target| target.strip_suffix(&import.path));
        if let (Some(folder), Some((package, _))) = (target, import.path.split_once('/')) {
            packages.insert(package.to_owned(), Path::new(folder).join(package));
        }
    }
    let rules: Vec<String> =
        packages.iter().map(|(package, place)| format!("'{package}/={}/'", place.display())).collect();
    format!("[profile.default]\nsrc = '.'\nlibs = []\nremappings = [{}]\n", rules.join(", "))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forge_is_told_where_each_package_is() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("node_modules/@x/tokens");
        fs::create_dir_all(&package).unwrap();
        fs::write(package.join("T.sol"), "").unwrap();
        let (path, text) = (folder.path().join("A.sol"), "import './B.sol'; import '@x/tokens/T.sol';");
        let sources = Project::discover(&path).load(&path, text, &DiskFiles);
        let modules = inside(&folder.path().join("node_modules"));
        let rules = format!("['@openzeppelin/=/m/@openzeppelin/', '@x/=/r/{}/@x/']", modules.display());
        assert!(foundry(&sources, Path::new("/r"), Path::new("/m")).contains(&rules));
    }
}
