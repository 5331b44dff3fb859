//! The language server: the only crate that names the protocol's types. Thin: from the protocol, one call, to the protocol.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod actions;
mod backend;
mod commands;
mod completion;
mod config;
mod convert;
mod diagnostics;
mod documents;
mod edit;
mod explanations;
mod generate;
mod ghost;
mod hover;
mod markup;
mod progress;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod tools;
mod typed_through;
mod wire;

use std::path::PathBuf;

/// What the program says to its server before the client does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A GGUF to use instead of the bundled model.
    pub model: Option<PathBuf>,
    /// A native `solc` to use before any other compiler.
    pub solc: Option<PathBuf>,
}

/// Serves one client over standard input and output until it leaves; returns the process's exit code.
///
/// Returns at once when the client has gone, even while the standard input is still being read on a thread of its own.
pub fn run(options: Options) -> i32 {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("solwright").build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("solwright lsp: the async runtime could not start: {error}");
            return 2;
        }
    };
    let code = runtime.block_on(backend::serve(options, tokio::io::stdin(), tokio::io::stdout()));
    runtime.shutdown_background();
    code
}
