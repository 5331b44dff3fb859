//! `cargo xtask peers`: the tools that `solwright bench checker --against` runs beside ours, through pip and npm into the user's cache.

use crate::{
    setup::step,
    shell::{cache, command, run},
};
use std::fs;

/// The tools, compilers for code of before 0.8 and what most code imports; the versions are those that the README's tables were made with.
const PACKAGES: [&str; 7] = [
    "@foundry-rs/forge@1.7.1",
    "solhint@6.2.4",
    "@openzeppelin/contracts@4.9.6",
    "@openzeppelin/contracts-upgradeable@4.9.6",
    "solc-0.4@npm:solc@0.4.26",
    "solc-0.5@npm:solc@0.5.17",
    "solc-0.6@npm:solc@0.6.12",
];

pub fn install() -> anyhow::Result<()> {
    let (npm, slither) = (cache().join("peers/npm"), cache().join("peers/slither"));
    fs::create_dir_all(&npm)?;
    step("forge, solhint, older compilers and OpenZeppelin's contracts, by npm");
    let flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"];
    run(command("npm").args(flags).arg(&npm).args(PACKAGES))?;
    step("Slither, by pip");
    run(command("python3").args(["-m", "venv"]).arg(&slither))?;
    let pip = slither.join(if cfg!(windows) { "Scripts" } else { "bin" }).join("pip");
    run(command(pip).args(["install", "--quiet", "--disable-pip-version-check", "slither-analyzer==0.11.6"]))
}
