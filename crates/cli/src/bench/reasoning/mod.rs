//! `solwright bench reasoning`: whether the check of reasoning marks what is false. Real functions are changed in one way each; their
//! own reasoning, which held before, is read against the changed body. What the change makes false is known from the change.

mod change;
mod mutants;
mod original;
mod tally;

use super::{
    generate::task::{self, Task},
    here, thin,
};
use crate::{
    Outcome,
    args::{BenchFormat, BenchReasoning},
    parallel, setup,
};
use change::{Fate, Mutant, Pair};
use original::Original;
use solwright_analysis::project::Sources;
use solwright_checker::{Checker, Level, compile::Output};
use solwright_generate::reasoning::{self, Claim, ClaimStatus, Facts};
use solwright_syntax::Span;
use std::io::{Write, stdout};
use tally::{Miss, Tally};

/// Share of what was made false that must be marked so.
const LEAST_TOLD: f64 = 0.95;

pub fn run(command: &BenchReasoning) -> anyhow::Result<Outcome> {
    let mut tasks = if command.file.is_empty() { task::own() } else { Vec::new() };
    for file in &command.file {
        tasks.extend(task::file(file)?.0);
    }
    let tasks = thin(tasks, command.limit.unwrap_or(usize::MAX));
    let total = measure(&Checker::new(setup::config_of(command.solc.clone())), &tasks)?;
    let mut out = stdout().lock();
    match command.format {
        BenchFormat::Markdown => write!(out, "{}", total.markdown(command.examples))?,
        BenchFormat::Json => writeln!(out, "{:#}", total.json(&here::machine(), &here::date(), &here::commit()))?,
    }
    Ok(if total.holds(LEAST_TOLD) { Outcome::Fine } else { Outcome::No })
}

/// Changes every function in every way, and counts what is said of each claim.
fn measure(checker: &Checker, tasks: &[Task]) -> anyhow::Result<Tally> {
    let mut total = Tally::default();
    let work = |task: &Task| of_task(checker, task);
    parallel::in_order(tasks, parallel::threads(tasks.len()), work, |_, tally| {
        total.add(tally.unwrap_or_default());
        Ok(())
    })?;
    Ok(total)
}

fn of_task(checker: &Checker, task: &Task) -> Tally {
    let mut tally = Tally::default();
    let Some(original) = Original::of(task) else { return tally };
    let Some(before) = Reasoned::of(task, &task.text, task.function.span) else { return tally };
    tally.functions += 1;
    for (claim, status) in before.read(&before.text) {
        tally.originals(status, || Miss::of(&task.id, "as it is", &claim, task.reference()));
    }
    for mutant in mutants::mutants(&original) {
        if !compiles(checker, task, &mutant.text) {
            tally.broken += 1;
        } else if let Some(after) = Reasoned::of(task, &mutant.text, mutant.span) {
            judge(&mut tally, &original, &mutant, &before, &after);
        }
    }
    tally
}

fn judge(tally: &mut Tally, original: &Original<'_>, mutant: &Mutant, before: &Reasoned, after: &Reasoned) {
    let pair = Pair::of(original, mutant);
    let miss = |claim: &Claim| Miss::of(&original.task.id, mutant.change.name(), claim, mutant.span.text(&mutant.text));
    let row = tally.row(mutant.change.name());
    row.begin();
    for (claim, status) in after.read(&before.text) {
        row.count(pair.fate(&claim), status, || miss(&claim));
    }
    for (claim, status) in before.read(&after.text) {
        if pair.is_new(&claim) {
            row.count(Fate::False, status, || miss(&claim));
        }
    }
}

/// A function with the reasoning that its facts prove.
struct Reasoned {
    facts: Facts,
    text: String,
}

impl Reasoned {
    fn of(task: &Task, text: &str, span: Span) -> Option<Self> {
        let facts = reasoning::facts_at(&Sources::of_text(&task.path, text), span)?;
        let text = reasoning::explain(&facts, "It does what it is for");
        Some(Self { facts, text })
    }

    /// What the check says of each claim of a reasoning about this function.
    fn read(&self, text: &str) -> Vec<(Claim, ClaimStatus)> {
        let stages = reasoning::read(text, Some(&self.facts));
        let claims = stages.into_iter().flat_map(|stage| stage.claims);
        claims.filter_map(|claim| Some((Claim::read(&claim.text)?, claim.status))).collect()
    }
}

fn compiles(checker: &Checker, task: &Task, text: &str) -> bool {
    let report = checker.compilers().compile(&Sources::of_text(&task.path, text), Output::TypeCheck);
    report.is_ok_and(|report| report.diagnostics.iter().all(|said| said.level != Level::Error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_makes_false_is_marked_and_what_stays_true_is_not() {
        let tasks = thin(task::own(), 30);
        let total = measure(&Checker::new(setup::config_of(None)), &tasks).unwrap();
        assert!(total.mutants() >= 100, "{}", total.markdown(0));
        assert!(total.holds(LEAST_TOLD), "{}", total.markdown(20));
    }
}
