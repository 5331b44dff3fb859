//! What becomes of a body: whether it compiles, is safe, and does what the reference does.

use super::task::Task;
use crate::referee::{Behaviour, Observed, Referee};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use solwright_analysis::project::{DiskFiles, Project, Sources};
use solwright_checker::{Severity, Verdict};
use solwright_syntax::FunctionStub;
use std::{collections::BTreeSet, sync::Arc};

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

/// A task with its reference compiled, ready to judge bodies.
pub struct Bench<'a> {
    pub task: &'a Task,
    pub stub: FunctionStub,
    pub project: Arc<Project>,
    /// Of the emptied file.
    pub sources: Sources,
    referee: &'a Referee<'a>,
    observed: Observed,
}

impl<'a> Bench<'a> {
    /// Compiles the reference, and sees that `revert()` is told from it.
    ///
    /// # Errors
    /// Why the task is none.
    pub fn new(task: &'a Task, referee: &'a Referee<'a>) -> anyhow::Result<Self> {
        let stub = task.stub().context("its function cannot be found once it is empty")?;
        let project = Arc::new(Project::discover(&task.path));
        let sources = project.load(&task.path, task.emptied().text(), &DiskFiles);
        let observed = referee.prepare(&sources, &stub, task.reference())?;
        Ok(Self { task, stub, project, sources, referee, observed })
    }

    /// Judges a body, braces included, that is written after the asked signature.
    pub fn body(&self, body: &str) -> Judged {
        let code = format!("{} {body}", self.stub.signature);
        let answer = format!("<think>.</think><answer>{code}</answer>");
        let judgement = self.referee.checker.judge(&self.sources, &self.stub, &answer, None);
        self.judged(code, 1, &judgement.verdict, &judgement.splice.text)
    }

    /// What became of a body that the checker has seen, in its file.
    pub fn judged(&self, code: String, copies: usize, verdict: &Verdict, text: &str) -> Judged {
        let (compiles, safe) = (verdict.compiles(), verdict.is_safe());
        let grave = verdict.findings.iter().filter(|finding| finding.severity >= Severity::Medium);
        let classes = grave.map(|finding| finding.scwe.to_owned()).collect();
        let (behaviour, gas) = if compiles {
            self.referee.compare(&self.observed, &self.sources, text)
        } else {
            (Behaviour::Differs("it does not compile".to_owned()), None)
        };
        Judged { code, copies, compiles, safe, classes, behaviour, gas }
    }
}
