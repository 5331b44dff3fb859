//! `solwright bench`: measurements, each against a control and against others' tools.

mod checker;
mod classes;
mod constraint;
mod corpora;
mod count;
mod engine;
mod generate;
mod here;
mod keystrokes;
mod peers;
mod reasoning;
mod report;
mod session;
mod tools;
mod verdict;

use crate::{Outcome, args::Bench};

pub fn run(command: &Bench) -> anyhow::Result<Outcome> {
    match command {
        Bench::Checker(command) => checker::run(command),
        Bench::Generate(command) => generate::run(command),
        Bench::Constraint(command) => constraint::run(command),
        Bench::Reasoning(command) => reasoning::run(command),
        Bench::Engine(command) => engine::run(command),
        Bench::EngineWorker { model } => engine::worker::run(model.as_deref()),
    }
}

/// Whether the one at this place stays when so many of all do, evenly.
fn stays(at: usize, of: usize, wanted: usize) -> bool {
    wanted >= of || at * wanted / of != (at + 1) * wanted / of
}

/// So many of all, evenly.
fn thin<T>(all: Vec<T>, wanted: usize) -> Vec<T> {
    let of = all.len();
    all.into_iter().enumerate().filter(|(at, _)| stays(*at, of, wanted)).map(|(_, one)| one).collect()
}
