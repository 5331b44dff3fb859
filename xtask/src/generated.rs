//! What is made from the sources: expected outputs, manual pages, the release binary.

use crate::{
    setup,
    shell::{cargo, command, read, root, run, target},
};
use std::fs;

/// Accepts the present output of the detectors as the expected one; the diff is for a person to review.
pub fn bless() -> anyhow::Result<()> {
    run(cargo(&["test", "--package", "solwright-checker"]).env("BLESS", "1"))
}

/// Writes every detector's manual page.
pub fn codegen() -> anyhow::Result<()> {
    let binary = setup::build()?;
    let folder = root().join("docs/detectors");
    fs::create_dir_all(&folder)?;
    let mut index = "# Detectors\n\n| id | severity | what |\n|---|---|---|\n".to_owned();
    for line in read(command(&binary).arg("explain"))?.lines() {
        let Some((id, rest)) = line.trim().split_once(' ') else { continue };
        let Some((severity, title)) = rest.trim_start().split_once(' ') else { continue };
        index.push_str(&format!("| [{id}]({id}.md) | {severity} | {} |\n", title.trim()));
        let page = read(command(&binary).args(["explain", id]))?;
        fs::write(folder.join(format!("{id}.md")), page)?;
    }
    fs::write(folder.join("README.md"), index)?;
    Ok(())
}

/// Builds the optimised binary.
pub fn dist() -> anyhow::Result<()> {
    run(&mut cargo(&["build", "--release", "--package", "solwright-cli"]))?;
    println!("{}", target().join("release/solwright").display());
    Ok(())
}
