//! `cargo xtask`: everything a contributor runs, set-up included.

mod cuda;
mod demo;
mod generated;
mod peers;
mod setup;
mod shell;
mod test;
mod tidy;
mod training;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <command>

  demo      set up, build, then do the main job on `examples/`
  test      set up, then run every test; the last line counts them
  training  set up, then the tests of training alone, every stage at toy size
  setup     compilers, example dependencies and the editor that tests drive, all under the user's cache
  tidy      check crate edges and line budgets
  bless     accept the detectors' present output as the expected one
  codegen   write the detectors' manual pages into `docs/detectors/`
  dist      build the release binary
  cuda      build `solwright-cuda` into the user's cache, which `solwright` starts where a GPU is; needs no GPU
  peers     install Slither, forge and solhint under the user's cache, for `solwright bench checker --against`;
            `peers llama.cpp` builds that one, for `solwright bench engine --against`";

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let result = match argument.as_str() {
        "demo" => demo::run(),
        "test" => test::run(),
        "training" => test::training(),
        "setup" => setup::everything().map(|_| ()),
        "tidy" => tidy::run(),
        "bless" => generated::bless(),
        "codegen" => generated::codegen(),
        "dist" => generated::dist(),
        "cuda" => cuda::build(std::env::args().nth(2).as_deref()),
        "peers" => peers::install(std::env::args().nth(2).as_deref()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
