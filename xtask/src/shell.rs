//! Running programs from the root of the repository, with errors that name the command.

use anyhow::{Context, bail};
use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// Solwright's folder in the user's cache; compilers, build outputs and test editors live there.
pub fn cache() -> PathBuf {
    let set = |name: &str| env::var_os(name).map(PathBuf::from);
    let home = || set("HOME").or_else(|| set("USERPROFILE")).unwrap_or_else(env::temp_dir);
    set("SOLWRIGHT_CACHE")
        .unwrap_or_else(|| set("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache")).join("solwright"))
}

/// Where cargo puts what it builds: in the cache, so that a fresh clone finds its dependencies built.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache().join("target"), PathBuf::from)
}

/// A command that starts at the root and builds into the cache.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", target());
    command
}

/// `cargo` with arguments.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments);
    cargo
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("`{}` cannot be started", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command, passes its standard error through, and returns what it printed.
pub fn read(command: &mut Command) -> anyhow::Result<String> {
    let output = Command::stderr(command, Stdio::inherit()).output();
    let output = output.with_context(|| format!("`{}` cannot be started", shown(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is on the PATH.
pub fn has(program: &str) -> bool {
    let mut probe = Command::new(program);
    probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// A command as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}
