//! Random bodies under the constraint, each judged by solc.

use super::{Asked, percent, ranked, tasks, times};
use crate::{args::BenchConstraint, bench::thin, parallel, setup};
use solwright_checker::{Checker, Diagnostic, Level, compile::Output};
use solwright_generate::grammar::{Constraint, Drawer, Vocabulary};
use std::{
    collections::BTreeMap,
    io::{Write, stdout},
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

/// Larger files take a compiler too long for thousands of bodies.
const MOST_BYTES: usize = 60_000;
const LEAST_SHARE: f64 = 98.0;

/// What became of a stub's bodies.
#[derive(Default)]
struct Tally {
    drawn: usize,
    whole: usize,
    closed: usize,
    dead: usize,
    parsed: usize,
    compiled: usize,
    tokens: usize,
    failures: Vec<(String, String)>,
    masks: Vec<Duration>,
    builds: Vec<Duration>,
    first: Vec<Duration>,
    refused: Option<String>,
}

pub fn run(command: &BenchConstraint, vocabulary: &Arc<Vocabulary>) -> anyhow::Result<bool> {
    let checker = Checker::new(setup::config_of(command.setup.solc.clone()));
    let small = tasks(&command.soundness)?.into_iter().filter(|task| task.text.len() < MOST_BYTES).collect();
    // Some files do not compile as they are.
    let asked = thin(small, command.stubs + command.stubs / 4);
    let share = command.drafts.div_ceil(command.stubs.max(1));
    let (mut total, mut stubs) = (Tally::default(), 0);
    let mut refused = BTreeMap::new();
    let seeds: Vec<_> = asked.into_iter().zip(command.seed..).collect();
    let start = Instant::now();
    let work = |(task, seed): &(_, u64)| {
        let asked = Asked::of(Clone::clone(task))?;
        compiles(&checker, &asked, &asked.task.text)?.is_ok().then(|| draw(&checker, vocabulary, &asked, *seed, share))
    };
    parallel::in_order(&seeds, parallel::threads(seeds.len()), work, |_, tally| {
        let Some(tally) = tally.flatten().filter(|_| stubs < command.stubs) else { return Ok(()) };
        stubs += 1;
        if let Some(why) = &tally.refused {
            *refused.entry(why.clone()).or_insert(0) += 1;
        }
        total.add(tally);
        Ok(())
    })?;
    tell(command, &total, stubs, &refused, start.elapsed())?;
    Ok(percent(total.compiled, total.drawn) >= LEAST_SHARE && total.parsed == total.whole)
}

fn draw(checker: &Checker, vocabulary: &Arc<Vocabulary>, asked: &Asked, seed: u64, share: usize) -> Tally {
    let mut tally = Tally::default();
    let start = Instant::now();
    let fresh = match Constraint::new(Arc::clone(vocabulary), Arc::clone(&asked.scope)) {
        Ok(fresh) => fresh,
        Err(error) => {
            tally.refused = Some(error.to_string());
            return tally;
        }
    };
    tally.first.push(start.elapsed());
    let mut drawer = Drawer::new(seed);
    let mut whole = Vec::new();
    for _ in 0..share {
        let drawn = drawer.draw(vocabulary, &mut fresh.fork());
        tally.drawn += 1;
        tally.tokens += drawn.tokens;
        tally.masks.extend(drawn.masks);
        tally.builds.extend(drawn.builds);
        if drawn.is_whole {
            tally.closed += usize::from(drawn.is_closed);
            whole.push(drawn.text);
        } else {
            tally.dead += usize::from(drawn.is_dead);
            let kind = if drawn.is_dead { "nothing could follow" } else { "no end" };
            tally.failures.push((kind.to_owned(), drawn.text));
        }
    }
    tally.whole = whole.len();
    for (text, said) in whole.iter().zip(judge(checker, asked, &whole)) {
        match said {
            Ok(()) => {
                tally.parsed += 1;
                tally.compiled += 1;
            }
            Err(why) => {
                tally.parsed += usize::from(asked.parses(text));
                tally.failures.push((why, format!("{}: {text}", asked.task.id)));
            }
        }
    }
    tally
}

/// What solc says of each body. They stand in one contract beside each other, and those that it names are taken out until the rest compiles.
fn judge(checker: &Checker, asked: &Asked, bodies: &[String]) -> Vec<Result<(), String>> {
    let mut said: Vec<Option<Result<(), String>>> = vec![None; bodies.len()];
    loop {
        let left: Vec<usize> = (0..bodies.len()).filter(|&at| said[at].is_none()).collect();
        let (text, spans) = asked.beside(left.iter().map(|&at| bodies[at].as_str()));
        let Some(errors) = errors(checker, asked, &text) else {
            return vec![Err("no compiler".to_owned()); bodies.len()];
        };
        if errors.is_empty() {
            return said.into_iter().map(|one| one.unwrap_or(Ok(()))).collect();
        }
        let mut named = 0;
        for error in &errors {
            let within = |span: &Range<usize>| error.span.is_some_and(|at| span.contains(&at.start));
            if let Some(at) = spans.iter().position(within) {
                named += 1;
                said[left[at]].get_or_insert_with(|| Err(told(error)));
            }
        }
        // What is wrong beside them is nothing that one body does; then each is judged in the place of the function itself.
        if named == 0 {
            for &at in &left {
                said[at] = compiles(checker, asked, &asked.with(&bodies[at]));
            }
        }
    }
}

/// Whether solc takes a text; the first error with its code otherwise.
pub fn compiles(checker: &Checker, asked: &Asked, text: &str) -> Option<Result<(), String>> {
    Some(errors(checker, asked, text)?.first().map_or(Ok(()), |error| Err(told(error))))
}

/// The errors of a text; none where there is no compiler.
fn errors(checker: &Checker, asked: &Asked, text: &str) -> Option<Vec<Diagnostic>> {
    let report = checker.compilers().compile(&asked.sources.with_main(text), Output::TypeCheck).ok()?;
    Some(report.diagnostics.into_iter().filter(|diagnostic| diagnostic.level == Level::Error).collect())
}

fn told(error: &Diagnostic) -> String {
    format!("{} {}", error.code.as_deref().unwrap_or("-"), short(&error.message))
}

/// A message without what differs from body to body.
fn short(message: &str) -> String {
    const MOST: usize = 90;
    message.lines().next().unwrap_or_default().chars().take(MOST).collect()
}

fn tell(
    command: &BenchConstraint,
    total: &Tally,
    stubs: usize,
    refused: &BTreeMap<String, usize>,
    time: Duration,
) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "\nsoundness: {} bodies for {stubs} functions, seed {}, {:.0} s",
        total.drawn,
        command.seed,
        time.as_secs_f64()
    )?;
    for (name, count, whole) in [
        ("came to an end", total.whole, total.drawn),
        ("of these cut and closed", total.closed, total.whole),
        ("of these parse", total.parsed, total.whole),
        ("of these compile", total.compiled, total.whole),
        ("nothing could follow", total.dead, total.drawn),
    ] {
        writeln!(out, "  {name:<23} {count:>6} / {whole:<6} {:>6.2} %", percent(count, whole))?;
    }
    writeln!(out, "  tokens a body          {:>6.0}", total.tokens as f64 / total.drawn.max(1) as f64)?;
    writeln!(out, "  mask                   {}", times(total.masks.clone()))?;
    writeln!(out, "  grammar at the start   {}", times(total.first.clone()))?;
    writeln!(out, "  grammar for a local    {}", times(total.builds.clone()))?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (why, _) in &total.failures {
        let code = why.split(['`', '"']).next().unwrap_or(why);
        *counts.entry(code.to_owned()).or_insert(0) += 1;
    }
    for (why, count) in ranked(&counts) {
        writeln!(out, "  {count:>6}  {why}")?;
    }
    for (why, count) in ranked(refused) {
        writeln!(out, "  {count:>6}  functions without a grammar: {why}")?;
    }
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for (why, text) in &total.failures {
        let key = why.split_whitespace().next().unwrap_or_default();
        let seen = shown.entry(key).or_insert(0);
        *seen += 1;
        if *seen <= command.examples {
            writeln!(out, "--- {why}\n{text}")?;
        }
    }
    Ok(())
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.drawn += other.drawn;
        self.whole += other.whole;
        self.closed += other.closed;
        self.dead += other.dead;
        self.parsed += other.parsed;
        self.compiled += other.compiled;
        self.tokens += other.tokens;
        self.failures.extend(other.failures);
        self.masks.extend(other.masks);
        self.builds.extend(other.builds);
        self.first.extend(other.first);
    }
}
