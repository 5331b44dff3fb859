//! Peers: others' tools, run as their users run them, with all their rules, each on one file at a time.

pub(super) mod compilers;
mod copy;
pub(super) mod process;
mod read;

use super::{
    corpora::Sample,
    tools::{Report, Tool},
};
use crate::args::PeerName;
use compilers::Shims;
use copy::Copy;
use solwright_checker::compile::default_cache_dir;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

/// Time that a tool may take for one file.
const DEADLINE: Duration = Duration::from_secs(60);

/// Slither's findings go to a file, for on its standard output it keeps silent of why it failed.
const SLITHER_JSON: &str = "slither.json";

/// A peer's name, its program, and the command that installs it.
struct Known {
    peer: PeerName,
    label: &'static str,
    program: &'static str,
    install: &'static str,
}

const KNOWN: [Known; 3] = [
    Known {
        peer: PeerName::Slither,
        label: "slither",
        program: "slither",
        install: "python3 -m pip install slither-analyzer==0.11.6",
    },
    Known {
        peer: PeerName::ForgeLint,
        label: "forge-lint",
        program: "forge",
        install: "npm install --global @foundry-rs/forge@1.7.1",
    },
    Known {
        peer: PeerName::Solhint,
        label: "solhint",
        program: "solhint",
        install: "npm install --global solhint@6.2.4",
    },
];

/// A peer that is at hand.
pub struct Peer {
    known: &'static Known,
    program: PathBuf,
    around: Arc<Around>,
}

/// What the peers share.
struct Around {
    /// A folder of the benchmark's own, where each file is copied to for each peer.
    scratch: PathBuf,
    /// Packages that samples import.
    modules: PathBuf,
    solcs: Shims,
    /// No file is begun after this.
    end: Instant,
}

/// The peers that are at hand, and a sentence for each that is not.
pub fn find(
    names: &[PeerName],
    folder: Option<&Path>,
    minutes: u64,
    scratch: &Path,
) -> anyhow::Result<(Vec<Peer>, Vec<String>)> {
    let (mut peers, mut notes) = (Vec::new(), Vec::new());
    if names.is_empty() {
        return Ok((peers, notes));
    }
    let folder = folder.map_or_else(|| default_cache_dir().join("peers"), Path::to_path_buf);
    let modules = folder.join("npm/node_modules");
    let compile = names.iter().any(|name| *name != PeerName::Solhint);
    let solcs = if compile { Shims::write(&modules, scratch)? } else { Shims::default() };
    let end = Instant::now() + Duration::from_secs(minutes.saturating_mul(60));
    let around = Arc::new(Around { scratch: scratch.to_owned(), modules, solcs, end });
    for known in KNOWN.iter().filter(|known| names.contains(&known.peer)) {
        match program(known.program, &folder) {
            Some(program) => peers.push(Peer { known, program, around: Arc::clone(&around) }),
            None => notes.push(absent(known, &folder)),
        }
    }
    Ok((peers, notes))
}

fn absent(known: &Known, folder: &Path) -> String {
    let Known { program, label, install, .. } = known;
    let folder = folder.display();
    format!(
        "`{program}` is neither on the PATH nor below `{folder}`, so {label} was not run: `cargo xtask peers` or `{install}` installs it"
    )
}

/// A program below the peers' folder, or on the PATH. forge's own comes before the script that npm starts it by.
pub(super) fn program(name: &str, folder: &Path) -> Option<PathBuf> {
    let forges = fs::read_dir(folder.join("npm/node_modules/@foundry-rs")).into_iter().flatten().flatten();
    let mut folders = vec![folder.to_owned(), folder.join("slither/bin")];
    folders.extend(forges.map(|entry| entry.path().join("bin")));
    folders.push(folder.join("npm/node_modules/.bin"));
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    folders.into_iter().map(|folder| folder.join(&name)).find(|path| path.is_file())
}

impl Tool for Peer {
    fn name(&self) -> &'static str {
        self.known.label
    }

    fn check(&self, sample: &Sample) -> Report {
        let failed = |why: String| Report { failed: Some(why), ..Report::default() };
        if Instant::now() > self.around.end {
            return failed("not begun, the time of `--minutes` was over".to_owned());
        }
        let copy = match Copy::of(sample, self) {
            Ok(copy) => copy,
            Err(error) => return failed(format!("{error:#}")),
        };
        let start = Instant::now();
        let output = process::run(&mut self.command(&copy), DEADLINE);
        let seconds = start.elapsed().as_secs_f64();
        let said = output.and_then(|(out, err)| match self.known.peer {
            PeerName::Slither => {
                let json = fs::read_to_string(copy.root.path().join(SLITHER_JSON)).unwrap_or_default();
                read::slither(&json, &(out + &err), &copy.file)
            }
            PeerName::ForgeLint => read::forge(&out, &err, &copy.file),
            PeerName::Solhint => read::solhint(&out, &err),
        });
        match said {
            Ok(findings) => Report { findings, failed: None, seconds },
            Err(why) => Report { seconds, ..failed(why) },
        }
    }
}

impl Peer {
    fn command(&self, copy: &Copy) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(copy.root.path());
        match self.known.peer {
            PeerName::Slither => command.arg(&copy.file).arg("--solc").arg(&copy.solc).args(["--json", SLITHER_JSON]),
            // The list of severities takes every word up to the next option.
            PeerName::ForgeLint => command
                .args([
                    "lint",
                    "--severity",
                    "high",
                    "med",
                    "low",
                    "info",
                    "gas",
                    "code-size",
                    "--json",
                    "--offline",
                    "--use",
                ])
                .arg(&copy.solc)
                .arg(&copy.file),
            PeerName::Solhint => {
                command.args(["--config", copy::RULES, "--formatter", "json", "--disc"]).arg(&copy.file)
            }
        };
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::corpora::Truth;

    #[test]
    fn a_peer_that_is_absent_is_named_with_the_command_that_installs_it() {
        assert_eq!(program("no-such-program", Path::new("/nowhere")), None);
        let said = absent(&KNOWN[2], Path::new("/nowhere"));
        assert!(said.ends_with("or `npm install --global solhint@6.2.4` installs it"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn a_peer_reads_a_copy_and_a_file_it_cannot_read_is_no_silence() {
        let folder = tempfile::tempdir().unwrap();
        let check = |script: &str| {
            process::write_program(&folder.path().join("solhint"), script).unwrap();
            let (peers, _) = find(&[PeerName::Solhint], Some(folder.path()), 1, folder.path()).unwrap();
            let text = "contract A {}".to_owned();
            let path = folder.path().join("A.sol");
            peers[0].check(&Sample { path, text, truth: Truth::Audited })
        };
        let report = check("#!/bin/sh\necho '[{\"line\": 7, \"message\": \"m\", \"ruleId\": \"r\"}]'\n");
        assert_eq!((report.findings.len(), report.findings[0].first, report.failed), (1, 7, None));
        let report = check("#!/bin/sh\necho 'Error: no parser' >&2\n");
        assert_eq!(report.failed.as_deref(), Some("Error: no parser"));
    }
}
