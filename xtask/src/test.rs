//! `cargo xtask test`: every test, in bounded time. The last line counts them all.

use crate::{
    setup,
    shell::{cargo, command, has, root},
    tidy, training,
};
use anyhow::{Context, bail};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

pub fn run() -> anyhow::Result<()> {
    let mut tally = Tally::default();
    tally.check("tidy", tidy::run());
    if has("rustfmt") {
        tally.step("formatting", &mut cargo(&["fmt", "--all", "--check"]));
    }
    let binary = setup::everything()?;
    setup::older_compiler(&binary)?;
    if has("cargo-clippy") {
        let lints = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
        tally.step("lints", &mut cargo(&lints));
    }
    tally.suite("unit tests", &mut cargo(&["test", "--workspace", "--no-fail-fast"]))?;
    let neovim = root().join("tests/editors/nvim/run.sh");
    tally.suite("Neovim, end to end", command("bash").arg(neovim).arg(&binary))?;
    tally.training(&binary)?;
    tally.told()
}

/// `cargo xtask training`: the stages of training alone.
pub fn training() -> anyhow::Result<()> {
    let mut tally = Tally::default();
    tally.training(&setup::everything()?)?;
    tally.told()
}

impl Tally {
    fn told(&self) -> anyhow::Result<()> {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed > 0 {
            bail!("{} tests failed, their output stands above", self.failed);
        }
        Ok(())
    }

    fn training(&mut self, binary: &Path) -> anyhow::Result<()> {
        match training::python() {
            Ok(python) => self.suite("training, every stage at toy size", &mut training::rehearsal(&python, binary)),
            Err(error) => {
                self.check("training", Err(error));
                Ok(())
            }
        }
    }

    fn check(&mut self, name: &str, result: anyhow::Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => {
                eprintln!("{name}: {error:#}");
                self.failed += 1;
            }
        }
    }

    /// A command that passes or fails as one.
    fn step(&mut self, name: &str, command: &mut Command) {
        setup::step(name);
        self.check(name, crate::shell::run(command));
    }

    /// A runner of many tests, which prints how many passed and failed.
    fn suite(&mut self, name: &str, command: &mut Command) -> anyhow::Result<()> {
        setup::step(name);
        let mut child =
            Command::stdout(command, Stdio::piped()).spawn().with_context(|| format!("`{name}` cannot be started"))?;
        let (passed, failed) = (self.passed, self.failed);
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines() {
                let line = line?;
                println!("{line}");
                self.count(&line);
            }
        }
        let status = child.wait()?;
        // A runner that died before it counted, or ran nothing, must not look like success.
        if self.failed == failed && (!status.success() || self.passed == passed) {
            eprintln!("{name}: ended with {status} after {} tests", self.passed - passed);
            self.failed += 1;
        }
        Ok(())
    }

    /// Reads `test result: ok. 12 passed; 0 failed; …` and `12 passed, 0 failed`.
    fn count(&mut self, line: &str) {
        let line = line
            .strip_prefix("test result: ")
            .map_or(line, |rest| rest.split_once(". ").map_or(rest, |(_, rest)| rest));
        let mut parts = line.split([';', ',']).map(str::trim);
        let (Some(passed), Some(failed)) = (parts.next(), parts.next()) else { return };
        let number = |part: &str, word: &str| part.strip_suffix(word)?.trim().parse::<usize>().ok();
        if let (Some(passed), Some(failed)) = (number(passed, "passed"), number(failed, "failed")) {
            self.passed += passed;
            self.failed += failed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_runners_last_line_are_counted() {
        let mut tally = Tally::default();
        tally.count("test result: ok. 12 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s");
        tally.count("7 passed, 2 failed");
        tally.count("test a::b ... ok");
        assert_eq!((tally.passed, tally.failed), (19, 3));
    }
}
