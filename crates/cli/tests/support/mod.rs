//! What the tests of the command line share.
#![allow(dead_code)]

use serde_json::Value;
use solwright_test_utils::repo_path;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Runs the binary.
pub fn solwright(arguments: &[&str]) -> Output {
    solwright_with(arguments, &[])
}

/// The same in another environment.
pub fn solwright_with(arguments: &[&str], environment: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solwright"));
    command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null()).output().unwrap()
}

/// Writes a file, and names it.
pub fn file(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// One of `examples/`.
pub fn example(name: &str) -> String {
    let path: PathBuf = repo_path(format!("examples/{name}"));
    path.to_str().unwrap().to_owned()
}

/// Its standard output.
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

/// Bytes for a message.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
