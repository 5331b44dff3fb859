//! The `solwright` binary. Arguments in, one call, text or JSON out; see `commands.md` of the design for the contract.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod bench;
mod check;
mod complete;
mod configuration;
mod doctor;
mod explain;
mod explain_prompt;
mod files;
mod fix;
mod generate;
mod gpu;
mod json;
mod lab;
mod model;
mod parallel;
mod referee;
mod sarif;
mod score;
mod setup;
mod solc;
mod stubs;
mod text;

use args::{Arguments, Command};
use clap::Parser;
use std::{io, process::ExitCode};

/// What a command came to, besides its output.
pub enum Outcome {
    /// All is well.
    Fine,
    /// The answer is no: findings at or above `--fail-on`, or no candidate passed.
    No,
    /// Some of the input could not be dealt with, which was told at once; the rest was.
    Broken,
}

fn main() -> ExitCode {
    // A child of ours that only translates a compiler's module ends here.
    solwright_checker::compile::run_child_if_asked();
    let arguments = Arguments::parse();
    if arguments.command.runs_model() {
        gpu::hand_over();
    }
    if let Command::Lsp(command) = &arguments.command {
        // The protocol has its own exit codes: 1 when the client left without `shutdown`.
        return ExitCode::from(u8::try_from(solwright_server::run(command.options())).unwrap_or(2));
    }
    match run(&arguments.command) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Ok(Outcome::Broken) => ExitCode::from(2),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("solwright: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Lsp(_) => Ok(Outcome::Fine),
        Command::Generate(command) => generate::run(command),
        Command::Complete(command) => complete::run(command),
        Command::Stubs(command) => stubs::run(command),
        Command::Check(command) => check::run(command),
        Command::Explain(command) => explain::run(command),
        Command::Score(command) => score::run(command),
        Command::Model(command) => model::run(command),
        Command::Solc(command) => solc::run(command),
        Command::Doctor(command) => doctor::run(command),
        Command::Bench(command) => bench::run(command),
        Command::Lab(command) => lab::run(command),
    }
}

/// A reader that has seen enough is no error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    error.chain().any(|cause| io(cause) == Some(io::ErrorKind::BrokenPipe))
}
