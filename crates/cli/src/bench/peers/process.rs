//! Programs of others, run to their end or to a deadline.

use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

const POLL: Duration = Duration::from_millis(2);

/// What a program wrote to its two outputs, or why it did not come to an end. Its exit code is not asked: linters fail on findings.
pub fn run(command: &mut Command, deadline: Duration) -> Result<(String, String), String> {
    run_until(command, deadline, &AtomicBool::new(false))
}

/// As [`run`], and ended early once `stop` is set.
pub fn run_until(command: &mut Command, deadline: Duration, stop: &AtomicBool) -> Result<(String, String), String> {
    outputs(command, deadline, stop).unwrap_or_else(|error| Err(error.to_string()))
}

fn outputs(
    command: &mut Command,
    deadline: Duration,
    stop: &AtomicBool,
) -> io::Result<Result<(String, String), String>> {
    // Files and no pipes: programs of Node's leave before a pipe has taken all of what they print.
    let (out, err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(err.try_clone()?);
    // A group of its own, so that what it starts ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Err(format!("it does not start: {error}"))),
    };
    if !wait(&mut child, Instant::now() + deadline, stop)? {
        let asked = stop.load(Ordering::Relaxed);
        return Ok(Err(if asked {
            "stopped".to_owned()
        } else {
            format!("stopped after {} s", deadline.as_secs_f64())
        }));
    }
    Ok(Ok((all_of(out)?, all_of(err)?)))
}

fn all_of(mut file: File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether it ended by itself.
fn wait(child: &mut Child, end: Instant, stop: &AtomicBool) -> io::Result<bool> {
    while child.try_wait()?.is_none() {
        if stop.load(Ordering::Relaxed) || Instant::now() > end {
            #[cfg(unix)]
            let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status();
            let _ = child.kill();
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(POLL);
    }
    Ok(true)
}

/// Writes a script that can be started.
pub fn write_program(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, seconds: u64) -> Result<(String, String), String> {
        run(Command::new("sh").args(["-c", script]), Duration::from_secs(seconds))
    }

    #[test]
    fn both_outputs_are_read_whatever_the_exit_code() {
        assert_eq!(shell("echo a; echo b >&2; exit 3", 60), Ok(("a\n".to_owned(), "b\n".to_owned())));
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped_with_what_it_started() {
        assert_eq!(shell("sleep 600 & sleep 600", 0), Err("stopped after 0 s".to_owned()));
    }

    #[test]
    fn a_program_ends_when_it_is_no_longer_wanted() {
        let stop = AtomicBool::new(true);
        let said = run_until(Command::new("sh").args(["-c", "sleep 600"]), Duration::from_secs(600), &stop);
        assert_eq!(said, Err("stopped".to_owned()));
    }

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let error = run(&mut Command::new("no-such-program"), Duration::ZERO).unwrap_err();
        assert!(error.starts_with("it does not start"), "{error}");
    }
}
