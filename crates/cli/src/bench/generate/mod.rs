//! `solwright bench generate`: how often what is written compiles, is safe, and does what was asked.

mod forge;
mod judge;
mod memo;
#[cfg(test)]
mod own_tests;
mod plot;
mod report;
mod rows;
mod soleval;
mod summary;
pub(super) mod task;

use crate::{
    Outcome,
    args::{BenchFormat, BenchGenerate, TaskSet},
    parallel,
    referee::Referee,
    setup,
};
use anyhow::{Context, anyhow, bail, ensure};
use forge::{Forge, Tests};
use judge::{Bench, Effort, Judged, Record};
use memo::{Memo, digest};
use report::Measured;
use rows::Control;
use solwright_analysis::project::DiskFiles;
use solwright_checker::{
    Checker,
    behaviour::{Fuzz, Reverts},
};
use solwright_generate::{Cancel, Engine, GenerateRequest, generate};
use std::{
    collections::BTreeMap,
    fs,
    io::{Write, stdout},
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};
use summary::Summary;
use task::Task;

/// For one run of a project's tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// Share of the tasks that the reference must solve before any other figure counts.
const LEAST_REFERENCE: f64 = 0.95;

pub fn run(command: &BenchGenerate) -> anyhow::Result<Outcome> {
    let checker = Checker::new(setup::config_of(command.solc.clone()));
    let referee = Referee { checker: &checker, fuzz: fuzz(command.seed, command.calls) };
    if let Some(out) = &command.out {
        fs::create_dir_all(out).with_context(|| format!("`{}` cannot be made, check the path", out.display()))?;
    }
    let kept = |name: &str| command.out.as_ref().map(|out| out.join(name));
    let scratch = tempfile::tempdir()?;
    let forge = (command.tasks == TaskSet::Soleval)
        .then(|| Forge::find(command.peers.as_deref(), scratch.path(), kept("forge.jsonl").as_deref(), PATIENCE))
        .transpose()?;
    let (tasks, mut notes) = tasks(command, forge.as_ref())?;
    let records = Mutex::new(Memo::open(kept("results.jsonl").as_deref())?);
    let lab = Lab { referee: &referee, forge: forge.as_ref(), records, turn: Mutex::new(()) };

    let (benches, dropped) = lab.sift(&tasks)?;
    ensure!(!benches.is_empty(), "no task can be judged: {}", reasons(&dropped));
    let mut rows: Vec<Summary> = Vec::new();
    for control in Control::ALL {
        let records = lab.control(&benches, control)?;
        rows.push(Summary::of(control.name(), &records.iter().collect::<Vec<_>>(), false));
    }
    for model in models(command) {
        rows.extend(lab.model(&benches, model, command)?);
    }
    notes.extend(
        dropped.into_iter().map(|(why, tasks)| format!("{} dropped, {why}: {}", tasks.len(), tasks.join(", "))),
    );
    let measured = Measured { set: command.tasks, tasks: benches.len(), of: tasks.len(), rows, notes };
    tell(command, &measured)?;
    Ok(if beats_controls(&measured.rows) { Outcome::Fine } else { Outcome::No })
}

/// A task, and the tests that judge it where it has some.
type Asked = (Task, Option<Tests>);

/// The tasks of the set that was asked for, evenly thinned to the limit, and what should be known of them.
fn tasks(command: &BenchGenerate, forge: Option<&Forge>) -> anyhow::Result<(Vec<Asked>, Vec<String>)> {
    let (tasks, notes) = match (command.tasks, &command.file) {
        (TaskSet::Own, None) => (task::own(), Vec::new()),
        (TaskSet::Own, Some(folder)) => (task::folder(folder)?, Vec::new()),
        (TaskSet::Onchain, Some(file)) => task::file(file)?,
        (TaskSet::Onchain, None) => {
            bail!("on-chain tasks are not part of Solwright, name a file of `training/corpus.py` with `--file`")
        }
        (TaskSet::Soleval, _) => return tested(command, forge.context("SolEval is judged by forge")?),
    };
    let asked = tasks.into_iter().map(|task| (task, None)).collect();
    Ok((super::thin(asked, command.limit.unwrap_or(usize::MAX)), notes))
}

/// SolEval's tasks whose tests notice `revert()`.
fn tested(command: &BenchGenerate, forge: &Forge) -> anyhow::Result<(Vec<Asked>, Vec<String>)> {
    let (Some(soleval), Some(solady), Some(openzeppelin)) = (&command.soleval, &command.solady, &command.openzeppelin)
    else {
        bail!("SolEval's tasks are in three checkouts, name them with `--soleval`, `--solady` and `--openzeppelin`")
    };
    let (mut found, mut notes) = soleval::read(&soleval::Checkouts { soleval, solady, openzeppelin })?;
    if command.plain {
        found.retain(|tested| soleval::is_plain(&tested.task));
        notes.push(format!("{} of them are longer than four lines and have no assembly", found.len()));
    }
    let found = super::thin(found, command.limit.unwrap_or(usize::MAX));
    let threads = parallel::threads(found.len());
    let (powerful, more) = soleval::with_power(found, forge, threads, &AtomicBool::new(false))?;
    notes.extend(more);
    Ok((powerful.into_iter().map(|tested| (tested.task, Some(tested.tests))).collect(), notes))
}

/// How answers are compared: which of two reasons a call reverts with, when both hold, no documentation says.
fn fuzz(seed: u64, calls: usize) -> Fuzz {
    Fuzz { seed, calls, reverts: Reverts::Any, ..Fuzz::default() }
}

/// The models that were named, or the bundled one.
fn models(command: &BenchGenerate) -> Vec<Option<&Path>> {
    match &command.model[..] {
        _ if command.controls => Vec::new(),
        [] => vec![None],
        named => named.iter().map(|path| Some(path.as_path())).collect(),
    }
}

/// What every row is measured with.
struct Lab<'a> {
    referee: &'a Referee<'a>,
    forge: Option<&'a Forge>,
    records: Mutex<Memo>,
    /// Whose turn it is to write: times are of one task at a time.
    turn: Mutex<()>,
}

/// Candidates, best first, what they took, and why there is none.
type Written = (Vec<Judged>, Effort, Option<String>);

/// Tasks that were dropped, by the reason.
type Dropped = BTreeMap<String, Vec<String>>;

impl Lab<'_> {
    /// The tasks that can be judged: the reference compiles, can be deployed and does what it does, and a body that does nothing is told from it.
    fn sift<'t>(&'t self, tasks: &'t [Asked]) -> anyhow::Result<(Vec<Bench<'t>>, Dropped)> {
        let (mut kept, mut dropped) = (Vec::new(), Dropped::new());
        let mut progress = Progress::new("tasks", tasks.len());
        let inputs: Vec<&'t Asked> = tasks.iter().collect();
        let ready = |(task, tests): &&'t Asked| Bench::new(task, self.forge.zip(tests.as_ref()), self.referee);
        parallel::in_order(&inputs, parallel::threads(tasks.len()), ready, |(task, _), bench| {
            progress.step();
            match bench.unwrap_or_else(|| Err(anyhow!("the judge panicked"))) {
                Ok(bench) => kept.push(bench),
                Err(why) => dropped.entry(format!("{why:#}")).or_default().push(task.id.clone()),
            }
            Ok(())
        })?;
        Ok((kept, dropped))
    }

    fn control(&self, benches: &[Bench<'_>], control: Control) -> anyhow::Result<Vec<Record>> {
        self.row(benches, control.name(), "", |bench| {
            let judged = bench.body(control.body(bench.task.reference()));
            (vec![judged], Effort::default(), None)
        })
    }

    /// The rows of one model, one a method.
    fn model(
        &self,
        benches: &[Bench<'_>],
        model: Option<&Path>,
        command: &BenchGenerate,
    ) -> anyhow::Result<Vec<Summary>> {
        let engine = setup::engine_of(model);
        // Loads it, so that no task pays for that, and says at once when it cannot be loaded.
        let facts = engine.desk(&Cancel::new())?.facts();
        // Files of one name in their metadata are told apart by the names that they were given by.
        let named = model.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        let who = named.unwrap_or_else(|| format!("{} {}", facts.name, facts.quantization));
        let mut rows = Vec::new();
        for &method in &command.methods {
            let name = format!("{who}: {}", method.name());
            let options = method.options(command.samples.into(), command.seed);
            let records = self.row(benches, &name, &format!("{}{options:?}", facts.sha256), |bench| {
                self.write(&engine, bench, options)
            })?;
            rows.push(Summary::of(&name, &records.iter().collect::<Vec<_>>(), method.is_sampled()));
        }
        Ok(rows)
    }

    fn write(&self, engine: &Engine, bench: &Bench<'_>, options: solwright_generate::GenerateOptions) -> Written {
        let request = GenerateRequest {
            project: Arc::clone(&bench.project),
            path: bench.task.path.clone(),
            text: bench.sources.main().text.to_string(),
            stub: bench.stub.clone(),
            files: Arc::new(DiskFiles),
            options,
        };
        let written = {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            generate(engine, self.referee.checker, &request, &|_| {}, &Cancel::new())
        };
        match written {
            Ok(proposal) => {
                let effort = Effort {
                    seconds: proposal.milliseconds / 1e3,
                    first_token_ms: proposal.first_token_milliseconds,
                    constraint_share: proposal.constraint_share(),
                };
                let judged = proposal.candidates.into_iter().map(|candidate| bench.candidate(candidate));
                (judged.collect(), effort, None)
            }
            Err(error) => (Vec::new(), Effort::default(), Some(error.to_string())),
        }
    }

    /// One row: every task, those that an earlier run did left out.
    fn row(
        &self,
        benches: &[Bench<'_>],
        name: &str,
        settings: &str,
        write: impl Fn(&Bench<'_>) -> Written + Sync,
    ) -> anyhow::Result<Vec<Record>> {
        let mut rows = Vec::new();
        let mut progress = Progress::new(name, benches.len());
        let records = || self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let work = |bench: &Bench<'_>| {
            let key = self.key(bench.task, name, settings);
            if let Some(known) = records().get::<Record>(&key) {
                return (key, known, true);
            }
            let (candidates, effort, failed) = write(bench);
            let (row, task) = (name.to_owned(), bench.task.id.clone());
            (key, Record { row, task, candidates, effort, failed }, false)
        };
        parallel::in_order(benches, parallel::threads(benches.len()), work, |bench, done| {
            progress.step();
            let (key, record, is_known) =
                done.unwrap_or_else(|| (String::new(), Record::broken(name, bench.task), true));
            if !is_known {
                records().keep(&key, &record)?;
            }
            rows.push(record);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Of everything that a result depends on but the program itself: that is the user's to know.
    fn key(&self, task: &Task, name: &str, settings: &str) -> String {
        let judge = format!("{:?} {}", self.referee.fuzz, env!("CARGO_PKG_VERSION"));
        digest(&[name, settings, &task.id, &task.text, &judge].map(str::to_owned))
    }
}

fn reasons(dropped: &Dropped) -> String {
    dropped.iter().map(|(why, tasks)| format!("{} because {why}", tasks.len())).collect::<Vec<_>>().join("; ")
}

/// Prints the table, and keeps it with the plot where a folder was named.
fn tell(command: &BenchGenerate, measured: &Measured) -> anyhow::Result<()> {
    let text = match command.format {
        BenchFormat::Markdown => report::markdown(measured),
        BenchFormat::Json => format!("{:#}\n", report::json(measured)),
    };
    if let Some(out) = &command.out {
        let write = |name: &str, text: &str| {
            let path = out.join(name);
            fs::write(&path, text).with_context(|| format!("`{}` cannot be written", path.display()))
        };
        write("table.md", &format!("{}\n![rates](rates.svg)\n", report::markdown(measured)))?;
        write("rates.svg", &plot::rates(&measured.rows))?;
    }
    Ok(write!(stdout().lock(), "{text}")?)
}

/// Whether the reference is nearly always right, the other two nearly never, and no model is worse than those.
fn beats_controls(rows: &[Summary]) -> bool {
    let share = |row: &Summary| row.functional as f64 / row.n.max(1) as f64;
    let [reference, idle @ ..] = rows else { return false };
    let (idle, models) = idle.split_at(idle.len().min(2));
    let worst = idle.iter().map(share).fold(0.0, f64::max);
    share(reference) >= LEAST_REFERENCE
        && idle.iter().all(|row| share(row) < 0.5)
        && models.iter().all(|row| share(row) >= worst)
}

/// How far it is, for who waits.
struct Progress<'a> {
    name: &'a str,
    done: usize,
    of: usize,
}

impl<'a> Progress<'a> {
    fn new(name: &'a str, of: usize) -> Self {
        Self { name, done: 0, of }
    }

    fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(10) || self.done == self.of {
            eprintln!("{}: {} of {}", self.name, self.done, self.of);
        }
    }
}
