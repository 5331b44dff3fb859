//! The GPU without another installation: a program that is linked to CUDA does not start where its libraries are missing, so this one, which
//! starts anywhere, lets a second one take its place where a GPU is.

use solwright_checker::compile::default_cache_dir;
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The second program's path; `off` keeps to this one.
const CHOSEN: &str = "SOLWRIGHT_CUDA";
/// Set for the second program, so that one that is no second one does not start itself.
const STARTED: &str = "SOLWRIGHT_STARTED_BY_FIRST";
const NAME: &str = "solwright-cuda";

/// What is known of this machine.
struct Machine<'a> {
    /// Whether this is the second program, or was built for a GPU.
    is_second: bool,
    has_driver: bool,
    chosen: Option<OsString>,
    /// Where a second program may lie.
    places: Vec<PathBuf>,
    /// Why a program does not start, `None` where it does.
    fails: &'a dyn Fn(&Path) -> Option<String>,
}

/// Lets the second program take this one's place; comes back where there is none, which `reason` explains.
pub fn hand_over() {
    #[cfg(target_os = "linux")]
    if let Ok(program) = second(&here()) {
        use std::os::unix::process::CommandExt;
        let error = Command::new(&program).args(env::args_os().skip(1)).env(STARTED, "1").exec();
        eprintln!("solwright: `{}` could not be started: {error}; the CPU is used", program.display());
    }
}

/// Why no GPU is used, and what would change that.
pub fn reason() -> String {
    second(&here()).err().unwrap_or_else(|| format!("`{NAME}` could not take this program's place"))
}

fn here() -> Machine<'static> {
    let beside = env::current_exe().ok().and_then(|this| Some(this.parent()?.join(NAME)));
    Machine {
        is_second: cfg!(feature = "cuda") || env::var_os(STARTED).is_some(),
        // The second is where Windows lends its driver to a Linux inside of it.
        has_driver: ["/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1"]
            .iter()
            .any(|it| Path::new(it).exists()),
        chosen: env::var_os(CHOSEN).filter(|value| !value.is_empty()),
        places: beside.into_iter().chain([default_cache_dir().join("cuda").join(NAME)]).collect(),
        fails: &fails,
    }
}

/// The program to start instead, or why there is none.
fn second(machine: &Machine<'_>) -> Result<PathBuf, String> {
    if machine.is_second {
        return Err("this is the program for GPUs".to_owned());
    }
    if machine.chosen.as_ref().is_some_and(|chosen| chosen == "off") {
        return Err(format!("`{CHOSEN}` is `off`"));
    }
    if !machine.has_driver {
        return Err("there is no driver of NVIDIA's".to_owned());
    }
    let program = match &machine.chosen {
        Some(chosen) => PathBuf::from(chosen),
        None => machine.places.iter().find(|path| path.exists()).cloned().ok_or_else(|| {
            format!("there is no `{NAME}`; `cargo xtask cuda` builds it, and `{CHOSEN}` says where another is")
        })?,
    };
    match (machine.fails)(&program) {
        None => Ok(program),
        Some(why) => Err(format!("`{}` does not start: {why}", program.display())),
    }
}

fn fails(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").env(STARTED, "1").stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(said.lines().next().map_or_else(|| output.status.to_string(), str::to_owned))
        }
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine<'a>(places: &[&Path], fails: &'a dyn Fn(&Path) -> Option<String>) -> Machine<'a> {
        let places = places.iter().map(|path| path.to_path_buf()).collect();
        Machine { is_second: false, has_driver: true, chosen: None, places, fails }
    }

    #[test]
    fn the_first_program_that_is_there_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let (missing, there) = (folder.path().join("missing"), folder.path().join("there"));
        std::fs::write(&there, "").unwrap();
        assert_eq!(second(&machine(&[&missing, &there], &|_| None)), Ok(there.clone()));
        let broken = second(&machine(&[&there], &|_| Some("libcublas.so.13 is missing".to_owned()))).unwrap_err();
        assert!(broken.ends_with("there` does not start: libcublas.so.13 is missing"), "{broken}");
    }

    #[test]
    fn where_nothing_takes_over_it_is_said_why() {
        let why = |change: &dyn Fn(&mut Machine<'_>)| {
            let mut machine = machine(&[], &|_| None);
            change(&mut machine);
            second(&machine).unwrap_err()
        };
        assert!(why(&|_| ()).contains("`cargo xtask cuda` builds it"));
        assert!(why(&|machine| machine.has_driver = false).contains("no driver"));
        assert!(why(&|machine| machine.chosen = Some("off".into())).contains("is `off`"));
        assert!(why(&|machine| machine.is_second = true).contains("for GPUs"));
    }

    #[test]
    fn a_program_that_was_chosen_goes_before_those_that_are_found() {
        let chosen = Machine { chosen: Some("/chosen".into()), ..machine(&[], &|_| None) };
        assert_eq!(second(&chosen), Ok("/chosen".into()));
        assert!(fails(Path::new("/nowhere/solwright-cuda")).is_some());
    }
}
