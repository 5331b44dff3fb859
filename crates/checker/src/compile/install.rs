//! `solwright solc install`: fetches a compiler into the cache through the npm client.
//!
//! solc is GPL-3.0, so it is never shipped with Solwright; the user's own npm fetches it, and checks it against the registry's
//! digest.

use super::{module_cache::sha256, soljson::Soljson, sources::cached_soljson};
use semver::Version;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use thiserror::Error;

/// An installed compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its version.
    pub version: Version,
    /// Its `soljson.js`.
    pub path: PathBuf,
    /// The SHA-256 of that file.
    pub sha256: String,
}

/// Why a compiler could not be installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The argument is no version.
    #[error("`{0}` is no version, write it in full, for example `{default}`", default = super::DEFAULT_SOLC)]
    NoVersion(String),
    /// npm publishes no such version.
    #[error("npm has no solc {0}, `npm view solc versions` lists those it has")]
    Unpublished(Version),
    /// There is no npm.
    #[error("`npm` is not on the PATH: install Node.js, or put the compiler at `{0}` yourself")]
    NoNpm(PathBuf),
    /// npm or tar failed.
    #[error("`{command}` failed: {reason}")]
    Command {
        /// What was run.
        command: String,
        /// What it said last.
        reason: String,
    },
    /// The version's glue cannot be read here.
    #[error("solc {version} cannot run in process: {reason}")]
    Unreadable {
        /// The version.
        version: Version,
        /// What is wrong with it.
        reason: String,
    },
    /// The cache cannot be written.
    #[error("`{path}` cannot be written: {reason}")]
    Io {
        /// The place.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

/// Installs a version into the cache, unless it is there; `progress` is told each step. The whole of it appears at once: a
/// broken download or a second process leaves nothing half-written.
pub fn install(version: &str, cache_dir: &Path, progress: &mut dyn FnMut(&str)) -> Result<Receipt, InstallError> {
    let version =
        Version::parse(version.trim_start_matches('v')).map_err(|_| InstallError::NoVersion(version.to_owned()))?;
    let path = cached_soljson(cache_dir, &version.to_string());
    if path.is_file() {
        progress(&format!("solc {version} is already there"));
        return receipt(version, path);
    }
    let shelf = cache_dir.join("solc");
    let refused = |reason: std::io::Error| InstallError::Io { path: shelf.clone(), reason: reason.to_string() };
    std::fs::create_dir_all(&shelf).map_err(refused)?;
    let fresh = tempfile::Builder::new().prefix(".new-").tempdir_in(&shelf).map_err(refused)?;
    progress(&format!("npm fetches solc {version}"));
    let archive = pack(&version, fresh.path(), &path)?;
    progress("unpacking it");
    let soljson = unpack(&archive, fresh.path())?;
    check(&version, &soljson)?;
    let ready = fresh.path().join("ready");
    std::fs::create_dir(&ready).map_err(refused)?;
    std::fs::rename(soljson, ready.join("soljson.js")).map_err(refused)?;
    let place = shelf.join(version.to_string());
    // Another process may have been quicker, with the same bytes.
    if let Err(error) = std::fs::rename(ready, place)
        && !path.is_file()
    {
        return Err(refused(error));
    }
    receipt(version, path)
}

fn receipt(version: Version, path: PathBuf) -> Result<Receipt, InstallError> {
    let bytes =
        std::fs::read(&path).map_err(|error| InstallError::Io { path: path.clone(), reason: error.to_string() })?;
    Ok(Receipt { version, sha256: sha256(&bytes), path })
}

/// Fetches the package's archive into `dir`; npm verifies it against the registry's digest.
fn pack(version: &Version, dir: &Path, place: &Path) -> Result<PathBuf, InstallError> {
    let package = format!("solc@{version}");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(npm);
    command.args(["pack", &package, "--ignore-scripts", "--loglevel=error"]).current_dir(dir);
    match run(&mut command) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(InstallError::NoNpm(place.to_owned())),
        Err(error) => Err(InstallError::Command { command: format!("npm pack {package}"), reason: error.to_string() }),
        Ok(done) if done.status.success() => Ok(dir.join(format!("solc-{version}.tgz"))),
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr);
            if said.contains("ETARGET") || said.contains("E404") {
                return Err(InstallError::Unpublished(version.clone()));
            }
            Err(InstallError::Command { command: format!("npm pack {package}"), reason: gist(&said) })
        }
    }
}

fn unpack(archive: &Path, dir: &Path) -> Result<PathBuf, InstallError> {
    let member = "package/soljson.js";
    let mut command = Command::new("tar");
    command.arg("-xzf").arg(archive).arg("-C").arg(dir).arg(member);
    let failed = |reason: String| InstallError::Command { command: "tar -xzf".to_owned(), reason };
    match run(&mut command) {
        Err(error) => Err(failed(error.to_string())),
        Ok(done) if done.status.success() => Ok(dir.join(member)),
        Ok(done) => Err(failed(gist(&String::from_utf8_lossy(&done.stderr)))),
    }
}

/// Refuses a version that could be installed but never run.
fn check(version: &Version, soljson: &Path) -> Result<(), InstallError> {
    let unreadable = |reason: String| InstallError::Unreadable { version: version.clone(), reason };
    let js = std::fs::read_to_string(soljson).map_err(|error| unreadable(error.to_string()))?;
    Soljson::read(&js).map(|_| ()).map_err(|error| unreadable(error.to_string()))
}

fn run(command: &mut Command) -> std::io::Result<Output> {
    command.stdin(std::process::Stdio::null()).output()
}

/// The line of npm's many that says what is wrong: the first that is a sentence.
fn gist(said: &str) -> String {
    let lines = || said.lines().map(|line| line.trim_start_matches("npm error").trim());
    let sentence = lines().find(|line| line.split_whitespace().count() > 3);
    sentence.or_else(|| lines().find(|line| !line.is_empty())).unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_no_version() {
        let dir = tempfile::tempdir().unwrap();
        let told = install("latest", dir.path(), &mut |_| {}).unwrap_err().to_string();
        assert!(told.starts_with("`latest` is no version, write it in full"), "{told}");
    }

    #[test]
    fn a_version_that_is_there_is_not_fetched_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = cached_soljson(dir.path(), "0.8.30");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "abc").unwrap();
        let receipt = install("v0.8.30", dir.path(), &mut |_| {}).unwrap();
        assert_eq!(receipt.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_gist_of_an_npm_failure_is_its_first_sentence() {
        let said =
            "npm error code ECONNREFUSED\nnpm error syscall connect\nnpm error FetchError: the request has failed\n";
        assert_eq!(gist(said), "FetchError: the request has failed");
        assert_eq!(gist("tar: broken"), "tar: broken");
        assert_eq!(gist(""), "it said nothing");
    }
}
