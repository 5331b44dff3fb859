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
    for line in read(command(&binary).arg("explain"))?.lines() {
        let Some(id) = line.split_whitespace().next() else { continue };
        let page = read(command(&binary).args(["explain", id]))?;
        fs::write(folder.join(format!("{id}.md")), page)?;
    }
    Ok(())
}

/// Builds the optimised binary.
pub fn dist() -> anyhow::Result<()> {
    run(&mut cargo(&["build", "--release", "--package", "solwright-cli"]))?;
    println!("{}", target().join("release/solwright").display());
    Ok(())
}
