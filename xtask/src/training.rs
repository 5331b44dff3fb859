//! The training stages' tests: a Python of their own in the cache, then every stage at toy size.

use crate::{
    setup::step,
    shell::{cache, command, root, run},
};
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// `solwright score` and PyTorch both run in the rehearsal; without network pip must give up at once.
const PIP: [&str; 9] = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--no-input",
    "--no-cache-dir",
    "--progress-bar=off",
    "--timeout=20",
    "--retries=2",
];

/// A Python with what `training/requirements.txt` pins, made again when that changes.
pub fn python() -> anyhow::Result<PathBuf> {
    let requirements = root().join("training/requirements.txt");
    let wanted = fs::read_to_string(&requirements).context("`training/requirements.txt` cannot be read")?;
    let folder = cache().join("training");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join(".solwright-stamp");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(python);
    }
    step("PyTorch, into the cache (once; some 3 GB to load and 6 GB on the disk, for its wheels carry CUDA)");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("`{}` cannot be replaced", folder.display()))?;
    }
    run(command(system_python()?).args(["-m", "venv"]).arg(&folder))?;
    run(command(&python).args(PIP).args(["--quiet", "--requirement"]).arg(&requirements))
        .context("PyTorch could not be installed: with a network and 6 GB of disk, run the command again")?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

/// Every stage of training on the repository's examples, judged by the binary that was built.
pub fn rehearsal(python: &Path, binary: &Path) -> Command {
    let mut bash = command("bash");
    bash.arg(root().join("training/runs/smoke.sh")).env("PYTHON", python).env("SOLWRIGHT", binary);
    // Spinning at barriers wastes the cores that the judge runs on.
    bash.envs([("OMP_WAIT_POLICY", "PASSIVE"), ("GOMP_SPINCOUNT", "0")]);
    bash
}

fn system_python() -> anyhow::Result<&'static str> {
    let is_recent = |name: &&str| {
        let mut probe = Command::new(name);
        probe.args(["-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"]);
        probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    let Some(name) = ["python3", "python3.13", "python3.12", "python3.11", "python"].into_iter().find(is_recent) else {
        bail!(
            "no Python 3.11 or later with `venv` is on the PATH: install one, the training stages are tested with it"
        );
    };
    Ok(name)
}
