//! `solwright bench`: measurements, each against a control and against others' tools.

mod checker;
mod classes;
mod constraint;
mod corpora;
mod count;
mod generate;
mod here;
mod keystrokes;
mod peers;
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
    }
}
