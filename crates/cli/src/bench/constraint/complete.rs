//! Completions at many places of real bodies, each put in where the rest of its line was: whether what comes of it parses and compiles.

use super::{Asked, percent, soundness::compiles, tasks, times};
use crate::{args::BenchConstraint, bench::thin, parallel, setup};
use solwright_checker::Checker;
use solwright_generate::{Bodies, Cancel, CompleteRequest, Completion, Engine, Held, complete};
use std::{
    collections::BTreeMap,
    io::{Write, stdout},
    sync::Arc,
    time::Duration,
};

/// Bytes from one place to the next.
const EVERY: usize = 7;
const MAX_TOKENS: usize = 64;
/// An editor's is shorter; here no completion goes without its grammar because the machine is at other work.
const DEADLINE: Duration = Duration::from_secs(60);

/// A file whose line ends at the cursor.
struct Place {
    asked: Arc<Asked>,
    text: String,
    offset: usize,
}

/// What became of the completions of one kind.
#[derive(Default)]
struct Tally {
    asked: usize,
    offered: usize,
    parse: usize,
    compile: usize,
    held: BTreeMap<&'static str, usize>,
    first: Vec<Duration>,
    whole: Vec<Duration>,
}

pub fn run(command: &BenchConstraint) -> anyhow::Result<()> {
    let checker = Checker::new(setup::config_of(command.setup.solc.clone()));
    let engine = setup::engine(&command.setup);
    engine.desk(&Cancel::new())?;
    let bodies = Arc::<Bodies>::default();
    let all = tasks(&command.complete)?.into_iter().filter_map(Asked::of).map(Arc::new);
    let places = thin(all.flat_map(|asked| places(&asked)).collect(), command.bodies);
    let mut tallies = [Tally::default(), Tally::default()];
    let work = |place: &Place| {
        [false, true].map(|constrained| {
            let completion = place.complete(&engine, &bodies, constrained).ok()?;
            let whole = place.with(&completion.text);
            let parses = place.asked.reads(&whole);
            let stands = parses && compiles(&checker, &place.asked, &whole).is_some_and(|said| said.is_ok());
            Some((completion, parses, stands))
        })
    };
    // One at a time, as in an editor: the second core is the grammar's.
    parallel::in_order(&places, 1, work, |_, seen| {
        for (tally, seen) in tallies.iter_mut().zip(seen.unwrap_or_default()) {
            if let Some((completion, parses, stands)) = seen {
                tally.add(&completion, parses, stands);
            }
        }
        Ok(())
    })?;
    let mut out = stdout().lock();
    writeln!(out, "\ncompletions at {} places, the rest of the line taken away", places.len())?;
    for (name, tally) in ["unconstrained", "constrained"].iter().zip(tallies) {
        tally.tell(&mut out, name)?;
    }
    Ok(())
}

/// Every seventh byte of a body.
fn places(asked: &Arc<Asked>) -> Vec<Place> {
    let (text, body) = (&asked.task.text, asked.task.body);
    let at = (body.start + 1..body.end - 1).step_by(EVERY).filter(|&at| text.is_char_boundary(at));
    let place = |offset: usize| {
        let end = text[offset..body.end - 1].find('\n').map_or(body.end - 1, |end| offset + end);
        Place { asked: Arc::clone(asked), text: [&text[..offset], &text[end..]].concat(), offset }
    };
    at.map(place).collect()
}

impl Place {
    fn complete(&self, engine: &Engine, bodies: &Arc<Bodies>, constrained: bool) -> anyhow::Result<Completion> {
        let sources = self.asked.sources.with_main(&self.text);
        let request = CompleteRequest::new(sources, self.offset, MAX_TOKENS, DEADLINE);
        let request = CompleteRequest { constrained, ..request };
        Ok(complete(engine, bodies, &request, &Cancel::new())?)
    }

    fn with(&self, completion: &str) -> String {
        let (before, after) = self.text.split_at(self.offset);
        [before, completion, after].concat()
    }
}

impl Tally {
    fn add(&mut self, completion: &Completion, parses: bool, stands: bool) {
        self.asked += 1;
        self.offered += usize::from(!completion.text.is_empty());
        self.parse += usize::from(parses && !completion.text.is_empty());
        self.compile += usize::from(stands && !completion.text.is_empty());
        let name = match completion.constraint {
            Held::Typed => "typed",
            Held::Untyped => "untyped",
            Held::None => "none",
        };
        *self.held.entry(name).or_default() += 1;
        self.first.push(Duration::from_secs_f64(completion.first_token_milliseconds / 1e3));
        self.whole.push(Duration::from_secs_f64(completion.milliseconds / 1e3));
    }

    fn tell(self, out: &mut impl Write, name: &str) -> anyhow::Result<()> {
        writeln!(out, "  {name}")?;
        for (what, count, whole) in [
            ("offered", self.offered, self.asked),
            ("of these parse", self.parse, self.offered),
            ("of these compile", self.compile, self.offered),
        ] {
            writeln!(out, "    {what:<18} {count:>6} / {whole:<6} {:>6.2} %", percent(count, whole))?;
        }
        let held: Vec<String> = self.held.iter().map(|(name, count)| format!("{name} {count}")).collect();
        writeln!(out, "    held               {}", held.join(", "))?;
        writeln!(out, "    first token        {}", times(self.first))?;
        writeln!(out, "    whole              {}", times(self.whole))?;
        Ok(())
    }
}
