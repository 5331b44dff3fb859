//! Getting the peers through their own registries, into the user's cache.

use anyhow::{Context, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Packages that the peers need: themselves, compilers for old and new code, and the library that most code imports.
const PACKAGES: [&str; 6] = [
    "solhint",
    "@foundry-rs/forge",
    "solc@0.8.30",
    "solc-0.5@npm:solc@0.5.17",
    "solc-0.4@npm:solc@0.4.26",
    "@openzeppelin/contracts",
];

/// Where the peers live.
#[derive(Clone)]
pub struct Home {
    pub slither: PathBuf,
    pub modules: PathBuf,
    /// npm's compiler that looks like a native one.
    pub solc: PathBuf,
    /// solhint's settings: all its rules.
    pub rules: PathBuf,
}

/// Installs what is not there yet. Slither is optional: without Python the others still run.
pub fn install(slither: bool) -> anyhow::Result<Home> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let root = cache.context("neither `XDG_CACHE_HOME` nor `HOME` is set")?.join("solwright/peers");
    let (node, python) = (root.join("node"), root.join("slither"));
    fs::create_dir_all(&node).with_context(|| format!("`{}` cannot be made", node.display()))?;
    let home = Home {
        slither: python.join("bin/slither"),
        modules: node.join("node_modules"),
        solc: node.join("solc.js"),
        rules: node.join(".solhint.json"),
    };
    if !home.modules.join("solc-0.4").exists() || !home.modules.join("@openzeppelin/contracts").exists() {
        did(Command::new("npm").args(["install", "--silent", "--prefix"]).arg(&node).args(PACKAGES))?;
    }
    if slither && !home.slither.exists() {
        did(Command::new("python3").args(["-m", "venv"]).arg(&python))?;
        did(Command::new(python.join("bin/pip")).args(["--quiet", "install", "slither-analyzer"]))?;
    }
    fs::write(&home.rules, r#"{"extends": "solhint:all"}"#)?;
    write_program(&home.solc, include_str!("solc.js"))?;
    Ok(home)
}

fn did(command: &mut Command) -> anyhow::Result<()> {
    let shown = command.get_program().to_string_lossy().into_owned();
    eprintln!("{shown}: installing peers");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("`{shown}` cannot be run"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed: {}", said.lines().last().unwrap_or("it does not say why"));
    }
    Ok(())
}

fn write_program(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("`{}` cannot be written", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
