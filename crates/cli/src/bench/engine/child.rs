//! Engines as processes: each answers one measurement a line, so that all meet the machine in the same state, by turns.

use anyhow::{Context, bail};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdin, ChildStdout, Command, Stdio},
};

const OURS: &str = "Solwright";

/// An engine with a model loaded.
pub struct Child {
    pub name: &'static str,
    pub load_seconds: f64,
    process: std::process::Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Child {
    /// Ours, which is this program; weights are shared in a folder of `cache`.
    pub fn solwright(model: Option<&Path>, threads: usize, cache: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "engine-worker"]).args(model);
        command.env("RAYON_NUM_THREADS", threads.to_string()).env("SOLWRIGHT_CACHE", cache);
        Self::start(OURS, command)
    }

    /// llama.cpp's, which `cargo xtask peers llama.cpp` builds.
    pub fn llama_cpp(program: &Path, model: &Path, threads: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.arg(model).arg(threads.to_string());
        Self::start("llama.cpp", command)
    }

    fn start(name: &'static str, mut command: Command) -> anyhow::Result<Self> {
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = spawned.with_context(|| format!("{name} cannot be started"))?;
        let (questions, answers) = (process.stdin.take(), process.stdout.take());
        let answers = BufReader::new(answers.context("a pipe is missing")?);
        let mut child = Self { name, load_seconds: 0.0, process, questions, answers };
        child.load_seconds = child.answer("loading")?.parse().context("the time of loading was expected")?;
        Ok(child)
    }

    /// The seconds that loading took; what others can share is left for them.
    pub fn first_load(mut self) -> anyhow::Result<f64> {
        if self.name == OURS {
            self.ask("share")?;
        }
        Ok(self.load_seconds)
    }

    /// What it says to a line.
    pub fn ask(&mut self, line: &str) -> anyhow::Result<String> {
        let questions = self.questions.as_mut().context("a pipe is missing")?;
        writeln!(questions, "{line}").with_context(|| format!("{} has stopped before `{line}`", self.name))?;
        self.answer(line)
    }

    /// Seconds that a measurement took.
    pub fn seconds(&mut self, line: &str) -> anyhow::Result<f64> {
        self.ask(line)?.parse().with_context(|| format!("{}, `{line}`: a number was expected", self.name))
    }

    /// Megabytes of memory in use; zero where the system does not say.
    pub fn resident(&self) -> f64 {
        self.megabytes("status", &["VmRSS:"])
    }

    /// Megabytes that no other process has part in; zero where the system does not say.
    pub fn private(&self) -> f64 {
        self.megabytes("smaps_rollup", &["Private_Clean:", "Private_Dirty:"])
    }

    fn megabytes(&self, file: &str, keys: &[&str]) -> f64 {
        let told = std::fs::read_to_string(format!("/proc/{}/{file}", self.process.id())).unwrap_or_default();
        let values = told.lines().filter_map(|line| keys.iter().find_map(|key| line.strip_prefix(key)));
        let kilobytes = values.filter_map(|value| value.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        kilobytes.sum::<f64>() / 1e3
    }

    fn answer(&mut self, asked: &str) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("{} has stopped at `{asked}`, what it says stands above", self.name);
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // A worker whose questions end, ends.
        self.questions = None;
        let _ = self.process.wait();
    }
}
