//! What becomes of a body: whether it compiles, is safe, and does what the reference does.

use super::{
    forge::{Forge, Tests, Verdict as Passed},
    task::Task,
};
use crate::referee::{Behaviour, Observed, Referee};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use solwright_analysis::project::{DiskFiles, Project, Sources};
use solwright_checker::{Checker, Severity, Status, Verdict, compile::CompiledContract};
use solwright_generate::{Author, Candidate, Likelihood};
use solwright_syntax::FunctionStub;
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicBool},
};

/// One body and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub code: String,
    /// How many drafts came to it.
    pub copies: usize,
    pub compiles: bool,
    /// It compiles, and no finding of medium severity or above stands in it.
    pub safe: bool,
    /// SCWE ids of those findings.
    pub classes: BTreeSet<String>,
    pub behaviour: Behaviour,
    /// Gas of the calls that succeeded, as a share of the reference's.
    pub gas: Option<f64>,
    /// What the search knew of it; nothing of a control.
    pub ranked: Option<Ranked>,
}

/// By what the search put a candidate in its place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    pub author: Author,
    pub fit: f64,
    pub likelihood: Option<Likelihood>,
    /// How it stood to the other drafts.
    pub behaviour: Option<solwright_generate::Behaviour>,
    pub mean_log_probability: f64,
    pub reward: f64,
}

impl Judged {
    pub fn functional(&self) -> bool {
        self.behaviour == Behaviour::Same
    }

    pub fn untold(&self) -> bool {
        matches!(self.behaviour, Behaviour::Untestable(_))
    }

    /// Safe and functional.
    pub fn full(&self) -> bool {
        self.safe && self.functional()
    }

    /// Functional, and no dearer than the reference.
    pub fn thrifty(&self) -> bool {
        self.functional() && self.gas.is_some_and(|share| share <= 1.0)
    }
}

/// One task in one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub row: String,
    pub task: String,
    /// Best first; the first is the answer.
    pub candidates: Vec<Judged>,
    /// What it took to write them; nothing where nobody wrote.
    pub effort: Effort,
    /// Why there is no candidate.
    pub failed: Option<String>,
}

/// What it took to write the candidates of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// From the request to the proposal, without the judge's time.
    pub seconds: f64,
    /// From the request to the first token of reasoning.
    pub first_token_ms: f64,
    /// Time of the constraint as a share of the model's passes.
    pub constraint_share: f64,
}

impl Record {
    /// Of a task that broke the search or the judge.
    pub fn broken(row: &str, task: &Task) -> Self {
        let (row, task, failed) =
            (row.to_owned(), task.id.clone(), Some("the search or the judge panicked".to_owned()));
        Self { row, task, candidates: Vec::new(), effort: Effort::default(), failed }
    }
}

/// A task whose judge is ready.
pub struct Bench<'a> {
    pub task: &'a Task,
    pub stub: FunctionStub,
    pub project: Arc<Project>,
    /// Of the emptied file.
    pub sources: Sources,
    checker: &'a Checker,
    judge: Judge<'a>,
}

/// Who says whether a body does what was asked.
pub enum Judge<'a> {
    /// The same calls of the reference and of the body.
    Calls(&'a Referee<'a>, Box<Observed>),
    /// The project's own tests.
    Tests(&'a Forge, &'a Tests),
}

impl<'a> Bench<'a> {
    /// Readies the judge: tests where the task has them, else calls, by which bodies that do nothing must be told from the reference.
    ///
    /// # Errors
    /// Why the task is none.
    pub fn new(
        task: &'a Task,
        tests: Option<(&'a Forge, &'a Tests)>,
        referee: &'a Referee<'a>,
    ) -> anyhow::Result<Self> {
        let stub = task.stub().context("its function cannot be found once it is empty")?;
        let project = Arc::new(Project::discover(&task.path));
        let sources = project.load(&task.path, task.emptied().text(), &DiskFiles);
        let judge = match tests {
            Some((forge, tests)) => Judge::Tests(forge, tests),
            None => Judge::Calls(referee, Box::new(referee.prepare(&sources, &stub, task.reference())?)),
        };
        Ok(Self { task, stub, project, sources, checker: referee.checker, judge })
    }

    /// Judges a body, braces included, that is written after the asked signature.
    pub fn body(&self, body: &str) -> Judged {
        let code = format!("{} {body}", self.stub.signature);
        let answer = format!("<think>.</think><answer>{code}</answer>");
        let judgement = self.checker.judge(&self.sources, &self.stub, &answer, None);
        self.judged(code, 1, &judgement.verdict, &judgement.splice.text, &judgement.contracts)
    }

    /// Judges a candidate that the checker has seen.
    pub fn candidate(&self, candidate: Candidate) -> Judged {
        let ranked = Ranked {
            author: candidate.author,
            fit: candidate.fit,
            likelihood: candidate.likelihood,
            behaviour: candidate.behaviour,
            mean_log_probability: candidate.mean_log_probability.max(-1e9),
            reward: candidate.verdict.reward.total,
        };
        let Candidate { code, copies, verdict, spliced, contracts, .. } = candidate;
        Judged { ranked: Some(ranked), ..self.judged(code, copies, &verdict, &spliced, &contracts) }
    }

    /// Of a body in its file `text`, which compiles to `contracts`.
    fn judged(
        &self,
        code: String,
        copies: usize,
        verdict: &Verdict,
        text: &str,
        contracts: &[CompiledContract],
    ) -> Judged {
        let (compiles, safe) = (verdict.compiles(), verdict.is_safe());
        let grave = verdict.findings.iter().filter(|finding| finding.severity >= Severity::Medium);
        let classes = grave.map(|finding| finding.scwe.to_owned()).collect();
        let said = || verdict.compile.diagnostics.first().map_or_else(String::new, |said| said.message.clone());
        let (behaviour, gas) = match verdict.compile.status {
            Status::Passed => self.behaviour(text, contracts),
            // A compiler that is missing, or ran out of time, says nothing of the answer.
            Status::Unavailable => (Behaviour::Untestable(said()), None),
            Status::Failed | Status::Skipped => (Behaviour::Differs("it does not compile".to_owned()), None),
        };
        Judged { code, copies, compiles, safe, classes, behaviour, gas, ranked: None }
    }

    fn behaviour(&self, text: &str, contracts: &[CompiledContract]) -> (Behaviour, Option<f64>) {
        match &self.judge {
            Judge::Calls(referee, observed) => referee.compare(observed, contracts),
            Judge::Tests(forge, tests) => {
                let said = forge.judge(tests, &self.task.path, text, &AtomicBool::new(false));
                let behaviour = match said {
                    Ok(Passed::Passes { .. }) => Behaviour::Same,
                    Ok(Passed::Fails(why)) => Behaviour::Differs(why),
                    Err(error) => Behaviour::Untestable(format!("{error:#}")),
                };
                (behaviour, None)
            }
        }
    }
}
