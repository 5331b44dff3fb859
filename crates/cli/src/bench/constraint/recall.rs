//! Real bodies put through the constraint in their own contracts.

use super::{Asked, percent, ranked, tasks};
use crate::{args::BenchConstraint, bench::thin, parallel};
use solwright_generate::grammar::{Admission, Refusal, Vocabulary, admit};
use solwright_model::Tokenizer;
use std::{
    collections::BTreeMap,
    io::{Write, stdout},
    sync::Arc,
    time::Instant,
};

const LEAST_TYPED: f64 = 90.0;
const LEAST_FALLEN_BACK: f64 = 99.0;

pub fn run(command: &BenchConstraint, vocabulary: &Arc<Vocabulary>, tokenizer: &Tokenizer) -> anyhow::Result<bool> {
    let all = thin(tasks(&command.recall)?, command.bodies);
    let start = Instant::now();
    let (mut read, mut typed, mut fallen, mut statements) = (0, 0, 0, 0);
    let mut refusals: Vec<(String, Refusal)> = Vec::new();
    let work = |task: &_| {
        let asked = Asked::of(Clone::clone(task))?;
        let body = asked.task.reference();
        let body = body.strip_prefix('{').unwrap_or(body);
        Some(admit(vocabulary, &asked.scope, body, &|text| tokenizer.encode(text, false)))
    };
    parallel::in_order(&all, parallel::threads(all.len()), work, |task, admission| {
        let Some(Admission { refusals: refused, is_whole }) = admission.flatten() else { return Ok(()) };
        read += 1;
        typed += usize::from(is_whole && refused.is_empty());
        fallen += usize::from(is_whole);
        statements += refused.len();
        if !is_whole && refused.is_empty() {
            let refusal = Refusal { statement: String::new(), before: String::new(), after: "no grammar".to_owned() };
            refusals.push((task.id.clone(), refusal));
        }
        refusals.extend(refused.into_iter().map(|refusal| (task.id.clone(), refusal)));
        Ok(())
    })?;
    let mut out = stdout().lock();
    writeln!(out, "\nrecall: {read} of {} bodies read, {:.0} s", all.len(), start.elapsed().as_secs_f64())?;
    writeln!(out, "  typed                  {typed:>6} / {read:<6} {:>6.2} %", percent(typed, read))?;
    writeln!(out, "  with fallback          {fallen:>6} / {read:<6} {:>6.2} %", percent(fallen, read))?;
    writeln!(out, "  statements fallen back {statements:>6}")?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, refusal) in &refusals {
        *counts.entry(construct(refusal).to_owned()).or_insert(0) += 1;
    }
    for (name, count) in ranked(&counts) {
        writeln!(out, "  {count:>6}  {name}")?;
    }
    for (id, refusal) in refusals.iter().take(command.examples) {
        let (before, after) = (&refusal.before, &refusal.after);
        writeln!(out, "{} | {before:?} >>> {after:?} | {id}", construct(refusal))?;
    }
    Ok(percent(typed, read) >= LEAST_TYPED && percent(fallen, read) >= LEAST_FALLEN_BACK)
}

/// The kind of statement that was refused.
fn construct(refusal: &Refusal) -> &'static str {
    let statement = refusal.statement.trim_start();
    if statement.is_empty() {
        return "an end without `return`, or no grammar";
    }
    let at = refusal.after.trim_start();
    for (start, name) in [
        ("assembly", "inline assembly"),
        ("/*", "comment inside of a statement"),
        ("//", "comment inside of a statement"),
    ] {
        if statement.starts_with(start) || at.starts_with(start) {
            return name;
        }
    }
    if statement.contains("/*") || statement.contains("//") {
        return "comment inside of a statement";
    }
    for (start, name) in [
        ("for", "`for` head"),
        ("if", "`if` head"),
        ("while", "`while` head"),
        ("else", "`else if` head"),
        ("require", "`require`"),
        ("return", "`return`"),
        ("emit", "`emit`"),
        ("revert", "`revert`"),
        ("try", "`try`"),
        ("catch", "`catch`"),
        ("(", "tuple"),
        ("delete", "`delete`"),
    ] {
        if statement.starts_with(start) {
            return name;
        }
    }
    if refusal.statement.contains('=') { "declaration or assignment" } else { "call or other" }
}
