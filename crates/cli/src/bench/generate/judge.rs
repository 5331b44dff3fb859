//! What becomes of a body: whether it compiles, is safe, and does what the reference does.

use super::task::{Task, count};
use serde::{Deserialize, Serialize};
use solwright_analysis::{
    Program,
    project::{DiskFiles, Project, Sources},
};
use solwright_checker::{
    Checker, Severity, Verdict,
    behaviour::{Comparison, Fuzz, Reverts},
    compile::{CompiledContract, Output},
};
use solwright_syntax::FunctionStub;
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicBool},
};

const OUTPUT: Output = Output::Bytecode { optimize: false };

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
    pub behaves: Behaves,
    /// Gas of the calls that succeeded, as a share of the reference's.
    pub gas: Option<f64>,
}

/// Whether it does what the reference does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Behaves {
    /// No call told them apart.
    Alike,
    /// How they were told apart; or that it does not compile.
    Differs(String),
    /// Why nothing can be said.
    Untold(String),
}

impl Judged {
    pub fn functional(&self) -> bool {
        self.behaves == Behaves::Alike
    }

    pub fn untold(&self) -> bool {
        matches!(self.behaves, Behaves::Untold(_))
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
    checker: &'a Checker,
    fuzz: &'a Fuzz,
    reference: CompiledContract,
    /// Of the function, where it can be called from outside.
    signature: Option<String>,
}

impl<'a> Bench<'a> {
    /// Compiles the reference.
    ///
    /// # Errors
    /// Why the task is none.
    pub fn new(task: &'a Task, checker: &'a Checker, fuzz: &'a Fuzz) -> Result<Self, String> {
        let stub = task.stub().ok_or("its function cannot be found once it is empty")?;
        let project = Arc::new(Project::discover(&task.path));
        let whole = project.load(&task.path, &task.text, &DiskFiles);
        let report = checker
            .compilers()
            .compile(&whole, OUTPUT)
            .map_err(|error| format!("its file cannot be compiled: {error}"))?;
        if let Some(error) = report.diagnostics.iter().find(|said| said.level == solwright_checker::Level::Error) {
            return Err(format!("its file does not compile: {}", error.message));
        }
        let reference =
            deployable(task, &whole, report.contracts).ok_or("no contract that holds it can be deployed")?;
        let signature = signature(task, &reference);
        let sources = whole.with_main(task.emptied().text());
        Ok(Self { task, stub, project, sources, checker, fuzz, reference, signature })
    }

    /// Judges a body, braces included, that is written after the asked signature.
    pub fn body(&self, body: &str) -> Judged {
        let code = format!("{} {body}", self.stub.signature);
        let answer = format!("<think>.</think><answer>{code}</answer>");
        let judgement = self.checker.judge(&self.sources, &self.stub, &answer, None);
        self.judged(code, 1, &judgement.verdict, &judgement.splice.text)
    }

    /// What became of a body that the checker has seen, in its file.
    pub fn judged(&self, code: String, copies: usize, verdict: &Verdict, text: &str) -> Judged {
        let grave = verdict.findings.iter().filter(|finding| finding.severity >= Severity::Medium);
        let classes = grave.map(|finding| finding.scwe.to_owned()).collect();
        let (behaves, gas) = if verdict.compiles() {
            self.behaves(text)
        } else {
            (Behaves::Differs("it does not compile".to_owned()), None)
        };
        Judged { code, copies, compiles: verdict.compiles(), safe: verdict.is_safe(), classes, behaves, gas }
    }

    fn behaves(&self, text: &str) -> (Behaves, Option<f64>) {
        let untold = |why: String| (Behaves::Untold(why), None);
        let report = match self.checker.compilers().compile(&self.sources.with_main(text), OUTPUT) {
            Ok(report) => report,
            Err(error) => return untold(error.to_string()),
        };
        let same =
            |contract: &&CompiledContract| contract.name == self.reference.name && contract.file == self.reference.file;
        let Some(candidate) = report.contracts.iter().find(same) else {
            return untold(format!("`{}` is not among what solc compiled", self.reference.name));
        };
        match self.fuzz.compare(&self.reference, candidate, self.signature.as_deref(), &AtomicBool::new(false)) {
            Ok(comparison) => (self.told(&comparison), gas(&comparison, self.signature.as_deref())),
            Err(error) => untold(error.to_string()),
        }
    }

    fn told(&self, comparison: &Comparison) -> Behaves {
        if let Some(difference) = &comparison.difference {
            let last = difference.calls.last().map_or("its deployment", |call| &call.function);
            let aspect = format!("{:?}", difference.aspect).to_lowercase();
            let (reference, candidate) = (&difference.reference, &difference.candidate);
            let calls = difference.calls.len();
            return Behaves::Differs(format!("{aspect} after {calls} calls, of `{last}`: {reference} / {candidate}"));
        }
        if comparison.complete {
            Behaves::Alike
        } else {
            Behaves::Untold(format!("out of time after {} calls in which they agreed", comparison.agreed))
        }
    }
}

/// How the judge compares: which of two reasons a call reverts with, when both hold, no documentation says.
pub fn fuzz(seed: u64, calls: usize) -> Fuzz {
    Fuzz { seed, calls, reverts: Reverts::Any, ..Fuzz::default() }
}

/// The contract to call: the one that is named as the file, the one that holds the function, or one that inherits it.
fn deployable(task: &Task, sources: &Sources, contracts: Vec<CompiledContract>) -> Option<CompiledContract> {
    let program = Program::build(sources);
    let home = task.function.contract.as_deref()?;
    let stem = task.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let id = |name: &str| program.main_contracts().find(|&id| program.contract(id).name == name);
    let home_id = id(home)?;
    let place = |contract: &CompiledContract| match id(&contract.name) {
        Some(_) if contract.name == stem => Some(0),
        Some(this) if this == home_id => (!program.is_library(this)).then_some(1),
        Some(this) => program.inherits(this, home_id).then_some(2),
        None => None,
    };
    let can = contracts.into_iter().filter(|contract| !contract.bytecode.is_empty() && contract.file == task.path);
    can.filter_map(|contract| Some((place(&contract)?, contract)))
        .min_by_key(|(place, _)| *place)
        .map(|(_, contract)| contract)
}

/// The signature under test when the contract has one function of that name and number of arguments.
fn signature(task: &Task, contract: &CompiledContract) -> Option<String> {
    let is_it = |signature: &&String| {
        let parts = signature.strip_suffix(')').and_then(|signature| signature.split_once('('));
        parts.is_some_and(|(name, list)| name == task.function.name && count(list) == task.arity())
    };
    let mut fitting = contract.selectors.as_object()?.keys().filter(is_it);
    fitting.next().filter(|_| fitting.next().is_none()).cloned()
}

/// The candidate's gas as a share of the reference's, over the calls of `function` that succeeded; over all without one.
fn gas(comparison: &Comparison, function: Option<&str>) -> Option<f64> {
    let counted = comparison.functions.iter().filter(|(name, _)| match function {
        Some(function) => *name == function,
        None => *name != "constructor",
    });
    let [reference, candidate] = counted.fold([0; 2], |sum, (_, tally)| [sum[0] + tally.gas[0], sum[1] + tally.gas[1]]);
    (reference > 0).then(|| candidate as f64 / reference as f64)
}
