//! A native `solc`, spoken to by standard JSON over its pipes.

use super::{Installed, Origin, Via, pool::Failure};
use semver::Version;
use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

const VERSION_DEADLINE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(2);

/// The native compilers of this machine: `solc` on the PATH, and those that `svm` installed. Looked for once, for asking an
/// executable its version costs a process.
pub(super) fn installed() -> Vec<Installed> {
    static FOUND: OnceLock<Vec<Installed>> = OnceLock::new();
    FOUND.get_or_init(|| on_path().into_iter().chain(from_svm()).collect()).clone()
}

/// Asks an executable for its version; `None` when it is no solc.
pub(super) fn version(path: &Path) -> Option<Version> {
    let said = run(path, "--version", "", VERSION_DEADLINE).ok()?;
    let version = said.lines().find_map(|line| line.strip_prefix("Version: "))?;
    Version::parse(version.split(['+', '-', ' ']).next()?).ok()
}

/// Compiles; the process is killed at its deadline.
pub(super) fn compile(path: &Path, input: &str, deadline: Duration) -> Result<String, Failure> {
    run(path, "--standard-json", input, deadline)
}

fn on_path() -> Option<Installed> {
    let folders = std::env::var_os("PATH")?;
    let path = std::env::split_paths(&folders)
        .map(|folder| folder.join(format!("solc{}", std::env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file())?;
    Some(Installed { version: version(&path)?, path, via: Via::Native, origin: Origin::Native })
}

/// `~/.svm/0.8.30/solc-0.8.30`, or below the platform's data folder.
fn from_svm() -> Vec<Installed> {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(home.as_ref()?.join(".local/share"))).map(|data| data.join("svm"));
    let folders = home.as_ref().map(|home| home.join(".svm")).into_iter().chain(data);
    let mut found = Vec::new();
    for entry in folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
        let name = entry.file_name();
        let Some(version) = name.to_str().and_then(|name| Version::parse(name).ok()) else { continue };
        let path = entry.path().join(format!("solc-{version}{}", std::env::consts::EXE_SUFFIX));
        if path.is_file() {
            found.push(Installed { version, path, via: Via::Native, origin: Origin::Native });
        }
    }
    found
}

fn run(path: &Path, argument: &str, input: &str, deadline: Duration) -> Result<String, Failure> {
    let end = Instant::now() + deadline;
    let mut command = Command::new(path);
    command.arg(argument).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| Failure::Crash(format!("it does not start: {error}")))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    // Both pipes at once: a compiler that answers before it has read everything would wait for us for ever.
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let reader = scope.spawn(move || {
            let mut output = Vec::new();
            stdout.map(|mut pipe| pipe.read_to_end(&mut output));
            output
        });
        let ended = wait(&mut child, end);
        let output = reader.join().unwrap_or_default();
        ended.map(|()| String::from_utf8_lossy(&output).into_owned())
    })
}

fn wait(child: &mut Child, end: Instant) -> Result<(), Failure> {
    loop {
        match child.try_wait() {
            Ok(Some(_)) => return Ok(()),
            Ok(None) if Instant::now() < end => std::thread::sleep(POLL),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::Deadline);
            }
            Err(error) => return Err(Failure::Crash(error.to_string())),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn executable(dir: &Path, script: &str) -> PathBuf {
        let path = dir.join("solc");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn a_native_compiler_is_asked_for_its_version() {
        let dir = tempfile::tempdir().unwrap();
        let solc = executable(
            dir.path(),
            "echo 'solc, the solidity compiler'; echo 'Version: 0.8.30+commit.73712a01.Linux.g++'",
        );
        assert_eq!(version(&solc), Some(Version::new(0, 8, 30)));
        assert_eq!(version(&dir.path().join("nothing")), None);
    }

    #[test]
    fn a_native_compiler_that_does_not_end_is_killed() {
        let dir = tempfile::tempdir().unwrap();
        let solc = executable(dir.path(), "exec sleep 60");
        let start = Instant::now();
        // A process that another test starts at this moment may still hold the fresh script open, which the system calls busy.
        let is_killed = || matches!(compile(&solc, "{}", Duration::from_millis(50)), Err(Failure::Deadline));
        assert!((0..20).any(|_| is_killed()));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn input_larger_than_a_pipe_does_not_block() {
        let dir = tempfile::tempdir().unwrap();
        let solc = executable(dir.path(), "exec cat");
        let input = "x".repeat(1 << 20);
        assert_eq!(compile(&solc, &input, Duration::from_secs(10)).unwrap(), input);
    }
}
