//! Peers: others' tools, run as their users run them, with all their rules, each on a file at a time.

mod install;
mod read;

use super::{
    corpora::Sample,
    tools::{Report, Tool},
};
use crate::args::PeerName;
use install::Home;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// A peer that is at hand.
pub struct Peer {
    name: PeerName,
    home: Home,
    scratch: PathBuf,
}

/// Installs peers, or says of each that cannot be had why.
pub fn get(names: &[PeerName], scratch: &Path) -> (Vec<Peer>, Vec<String>) {
    let (mut peers, mut notes) = (Vec::new(), Vec::new());
    for name in names {
        match install::install(*name == PeerName::Slither) {
            Ok(home) => peers.push(Peer { name: *name, home, scratch: scratch.join(label(*name)) }),
            Err(why) => notes.push(format!("{}: not run: {why:#}", label(*name))),
        }
    }
    (peers, notes)
}

fn label(name: PeerName) -> &'static str {
    match name {
        PeerName::Slither => "slither",
        PeerName::ForgeLint => "forge-lint",
        PeerName::Solhint => "solhint",
    }
}

impl Tool for Peer {
    fn name(&self) -> &'static str {
        label(self.name)
    }

    fn check(&self, sample: &Sample) -> Report {
        let (start, run) = match self.place(sample) {
            Ok(path) => (Instant::now(), self.command(&path, sample)),
            Err(error) => return Report { failed: Some(error.to_string()), ..Report::default() },
        };
        let output = { run }.stdin(Stdio::null()).output();
        let seconds = start.elapsed().as_secs_f64();
        let said = output.map_err(|error| error.to_string()).and_then(|output| {
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            match self.name {
                PeerName::Slither => read::slither(&out, &err),
                PeerName::ForgeLint => read::forge(&out, &err),
                PeerName::Solhint => read::solhint(&out, &err),
            }
        });
        match said {
            Ok(findings) => Report { findings, failed: None, seconds },
            Err(why) => Report { findings: Vec::new(), failed: Some(why), seconds },
        }
    }
}

impl Peer {
    /// A copy in a folder of its own, its pragma lifted; a file that imports its neighbours is looked at where it lies.
    fn place(&self, sample: &Sample) -> io::Result<PathBuf> {
        if sample.text.contains("\"./") || sample.text.contains("\"../") {
            return Ok(sample.path.clone());
        }
        let folder = sample.path.to_string_lossy().replace(['/', '\\', ':'], "_");
        let folder = self.scratch.join(folder);
        fs::create_dir_all(&folder)?;
        // Slither would take the folder for one of forge's.
        if self.name == PeerName::ForgeLint {
            let modules = self.home.modules.display();
            let project =
                format!("[profile.default]\nsrc = \".\"\nremappings = [\"@openzeppelin/={modules}/@openzeppelin/\"]\n");
            fs::write(folder.join("foundry.toml"), project)?;
        }
        let path = folder.join("Sample.sol");
        fs::write(&path, lifted(&sample.text))?;
        Ok(path)
    }

    fn command(&self, path: &Path, sample: &Sample) -> Command {
        let (folder, file) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
        let bin = self.home.modules.join(".bin");
        let mut command = match self.name {
            PeerName::Slither => {
                let mut command = Command::new(&self.home.slither);
                command.arg(file).arg("--solc").arg(&self.home.solc).args(["--json", "-"]);
                command
            }
            PeerName::ForgeLint => {
                let mut command = Command::new(bin.join("forge"));
                // The list of severities takes every word up to the next option.
                command.args([
                    "lint",
                    "--severity",
                    "high",
                    "med",
                    "low",
                    "info",
                    "gas",
                    "--json",
                    "--offline",
                    "--use",
                ]);
                command.arg(&self.home.solc);
                command.arg(file);
                command
            }
            PeerName::Solhint => {
                let mut command = Command::new(bin.join("solhint"));
                command.arg("-c").arg(&self.home.rules).args(["-f", "json", "--disc"]).arg(file);
                command
            }
        };
        command.current_dir(folder).env("SOLC_MODULES", &self.home.modules).env("SOLC_PACKAGE", compiler(&sample.text));
        command
    }
}

/// npm's name for the compiler that a text was written for: the last of its series, so that as many texts as can be compile.
fn compiler(text: &str) -> &'static str {
    let pragma = text.lines().find(|line| line.trim_start().starts_with("pragma solidity")).unwrap_or_default();
    match pragma.split_once("0.").map(|(_, rest)| rest.as_bytes()) {
        Some([b'4', b'.', ..]) => "solc-0.4",
        Some([b'5', b'.', ..]) => "solc-0.5",
        _ => "solc",
    }
}

/// The text with every version pragma widened, on the lines where they are.
fn lifted(text: &str) -> String {
    let line = |line: &str| {
        let Some(rest) = line.trim_start().strip_prefix("pragma solidity") else { return line.to_owned() };
        format!("pragma solidity >=0.4.0;{}", rest.split_once(';').map_or("", |(_, rest)| rest))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pragma_is_lifted_where_it_stands() {
        assert_eq!(lifted("a\n pragma solidity 0.4.9; // b\nc"), "a\npragma solidity >=0.4.0; // b\nc");
    }

    #[test]
    fn the_compiler_follows_the_pragma() {
        let texts = ["pragma solidity ^0.4.24;", "pragma solidity >=0.5.0;", "pragma solidity 0.8.4;", "contract A {}"];
        assert_eq!(texts.map(compiler), ["solc-0.4", "solc-0.5", "solc", "solc"]);
    }
}
