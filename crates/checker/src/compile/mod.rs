//! Layer 3: the real solc, in this process.
//!
//! The compiler is the WebAssembly in npm's `soljson.js`, run by wasmtime without Node or a JavaScript engine; a native `solc` is
//! spoken to where that is what there is. [`Compilers`] is the whole of it: which are installed, which one a pragma asks for, and
//! what it says of some [`Sources`].

mod exceptions;
mod glue;
mod install;
mod instance;
mod invoke;
mod module_cache;
mod native;
mod pool;
mod reshape;
mod select;
mod soljson;
mod sources;
mod standard_json;
mod state;

pub use install::{InstallError, Receipt, install};
pub use module_cache::run_child_if_asked;
pub use select::{NoCompiler, VersionRange};
pub use soljson::SoljsonError;
pub use sources::default_cache_dir;
pub use standard_json::SETTINGS;

use crate::verdict::Diagnostic;
use instance::Program;
use pool::{Failure, Pool};
use semver::Version;
use serde::Serialize;
use solwright_analysis::project::Sources;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use thiserror::Error;

/// The version that `cargo xtask setup` installs, and the one to suggest where any would do.
pub const DEFAULT_SOLC: &str = "0.8.37";

/// npm's compilers before this one carry another Emscripten's glue.
const FIRST_READABLE: Version = Version::new(0, 6, 11);

/// How compilers are found and run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilersConfig {
    /// A compiler that the user chose: a `soljson.js` or an executable.
    pub solc_path: Option<PathBuf>,
    /// Folder of installed compilers and of their machine code.
    pub cache_dir: PathBuf,
    /// Compiles that may run at once.
    pub workers: usize,
    /// Time that one compile may take.
    pub deadline: Duration,
}

impl Default for CompilersConfig {
    fn default() -> Self {
        Self { solc_path: None, cache_dir: default_cache_dir(), workers: 2, deadline: Duration::from_secs(20) }
    }
}

/// What to ask of the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Errors and warnings alone; the quickest. Says nothing of `stack too deep` or of a contract's size.
    TypeCheck,
    /// Bytecode as well.
    Bytecode {
        /// Run solc's optimiser.
        optimize: bool,
    },
    /// Bytecode of these contracts of the main file alone, not optimised. Errors of all others are told all the same, but for those that
    /// only show while code is made.
    BytecodeOf(&'a [String]),
}

/// How a compiler is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// In this process.
    Wasm,
    /// As a process of its own.
    Native,
}

/// Where a compiler was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The path that the user set.
    User,
    /// The package `solc` of the project.
    NodeModules,
    /// The PATH, or `svm`.
    Native,
    /// `solwright solc install`.
    Cache,
}

/// A compiler that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// Its version.
    pub version: Version,
    /// Its `soljson.js` or executable.
    pub path: PathBuf,
    /// How it is run.
    pub via: Via,
    /// Where it was found.
    pub origin: Origin,
}

impl Installed {
    /// Whether it can be run here; npm's oldest compilers cannot.
    pub fn is_readable(&self) -> bool {
        self.via == Via::Native || self.version >= FIRST_READABLE
    }
}

/// A contract that compiled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CompiledContract {
    /// The file that declares it.
    pub file: PathBuf,
    /// Its name.
    pub name: String,
    /// Its interface, as solc writes it.
    pub abi: serde_json::Value,
    /// Code that deploys it, in hexadecimal; empty for interfaces and abstract contracts. `__$…$__` stands for a library's address.
    pub bytecode: String,
    /// Code that stays on the chain, in hexadecimal.
    pub deployed: String,
    /// From a function's signature to its selector, for example `"f(uint256)": "b3de648b"`.
    pub selectors: serde_json::Value,
}

/// What the compiler said.
#[derive(Clone, Debug)]
pub struct CompileReport {
    /// Errors, warnings and notes, of all files.
    pub diagnostics: Vec<Diagnostic>,
    /// What compiled, when [`Output::Bytecode`] was asked for.
    pub contracts: Vec<CompiledContract>,
    /// Who said it.
    pub compiler: Installed,
    /// Wall time of the whole question.
    pub milliseconds: f64,
}

/// Why the compiler said nothing.
#[derive(Debug, Error)]
pub enum CompileError {
    /// None fits.
    #[error(transparent)]
    NoCompiler(#[from] NoCompiler),
    /// The one that the user chose cannot be asked.
    #[error("`{path}` was chosen as the compiler: {reason}")]
    Chosen {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what mends it.
        reason: &'static str,
    },
    /// A `soljson.js` that cannot be run.
    #[error("`{path}` cannot be run: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what mends it.
        reason: String,
    },
    /// The compile took too long and was stopped.
    #[error("solc {version} was stopped after {seconds} s, compile fewer files at once or simplify the source")]
    Deadline {
        /// The compiler.
        version: Version,
        /// Its time.
        seconds: f64,
    },
    /// The compiler broke down.
    #[error("solc {version} broke down: {reason}")]
    Crash {
        /// The compiler.
        version: Version,
        /// What is known of it.
        reason: String,
    },
    /// This machine cannot run WebAssembly.
    #[error("compilers cannot be run in process: {0}")]
    Engine(String),
}

/// What [`Compilers::compile`] asks, in standard JSON.
pub fn question(sources: &Sources, what: Output<'_>) -> String {
    standard_json::input(sources, what)
}

/// The compilers of this machine and the workers that run them. Shared by all threads.
pub struct Compilers {
    config: CompilersConfig,
    /// The compiler at the path that the user gave, once it is known to be one.
    chosen: OnceLock<Installed>,
    machine: OnceLock<Result<Machine, String>>,
    programs: Mutex<HashMap<ProgramKey, Arc<OnceLock<Arc<Program>>>>>,
}

/// What it takes to run WebAssembly; started by the first compile, for many commands never compile.
struct Machine {
    engine: wasmtime::Engine,
    pool: Pool,
}

/// A file as it was when it was loaded; a package manager may replace it under a running server.
type ProgramKey = (PathBuf, Option<SystemTime>);

impl Compilers {
    /// Looks at nothing yet.
    pub fn new(config: CompilersConfig) -> Self {
        Self { config, chosen: OnceLock::new(), machine: OnceLock::new(), programs: Mutex::default() }
    }

    /// Every compiler that a source near `near` (a file or a folder) may use, in order of preference.
    pub fn list(&self, near: &Path) -> Vec<Installed> {
        let chosen = self.chosen().ok().flatten();
        chosen.cloned().into_iter().chain(sources::installed(&self.config.cache_dir, near)).collect()
    }

    /// The compiler for some sources: the one that satisfies the pragmas of all files.
    pub fn which(&self, sources: &Sources) -> Result<Installed, CompileError> {
        self.chosen()?;
        let near = sources.files.first().map_or(Path::new("."), |file| &file.path);
        Ok(select::select(&VersionRange::of(sources), &self.list(near))?)
    }

    /// The compiler that the user chose; an error when it is none, so that another one never stands in for it unseen.
    pub fn chosen(&self) -> Result<Option<&Installed>, CompileError> {
        let Some(path) = &self.config.solc_path else { return Ok(None) };
        if self.chosen.get().is_none() {
            let there = sources::at_path(path).map_err(|reason| CompileError::Chosen { path: path.clone(), reason })?;
            return Ok(Some(self.chosen.get_or_init(|| there)));
        }
        Ok(self.chosen.get())
    }

    /// Compiles. Blocks; a compile that takes longer than the configured deadline is stopped.
    pub fn compile(&self, sources: &Sources, what: Output<'_>) -> Result<CompileReport, CompileError> {
        self.compile_within(sources, what, self.config.deadline)
    }

    /// As [`Compilers::compile`], for someone who waits no longer than this.
    pub fn compile_within(
        &self,
        sources: &Sources,
        what: Output<'_>,
        deadline: Duration,
    ) -> Result<CompileReport, CompileError> {
        let start = Instant::now();
        let compiler = self.which(sources)?;
        let input = standard_json::input(sources, what);
        let output = self.ask_within(&compiler, input, deadline.min(self.config.deadline))?;
        let (diagnostics, contracts) = standard_json::output(sources, &output)
            .map_err(|reason| CompileError::Crash { version: compiler.version.clone(), reason })?;
        Ok(CompileReport { diagnostics, contracts, compiler, milliseconds: start.elapsed().as_secs_f64() * 1e3 })
    }

    /// Makes the compiler ready, which takes seconds and a gigabyte the first time ever, and milliseconds from then on.
    pub fn warm(&self, compiler: &Installed) -> Result<(), CompileError> {
        match compiler.via {
            Via::Wasm => self.program(compiler).map(|_| ()),
            Via::Native => Ok(()),
        }
    }

    /// Whether the compiler's first compile will not have to wait for machine code.
    pub fn is_warm(&self, compiler: &Installed) -> bool {
        let cached =
            |machine: &Machine| module_cache::is_cached(&machine.engine, &compiler.path, &self.config.cache_dir);
        compiler.via == Via::Native || self.machine().is_ok_and(cached)
    }

    /// A compiler's answer to a question, both in standard JSON, for who wants more of it than a [`CompileReport`] holds.
    pub fn ask(&self, compiler: &Installed, input: String) -> Result<String, CompileError> {
        self.ask_within(compiler, input, self.config.deadline)
    }

    fn ask_within(&self, compiler: &Installed, input: String, deadline: Duration) -> Result<String, CompileError> {
        let output = match compiler.via {
            Via::Native => native::compile(&compiler.path, &input, deadline),
            Via::Wasm => self.machine()?.pool.compile(self.program(compiler)?, input, deadline),
        };
        let version = compiler.version.clone();
        output.map_err(|failure| match failure {
            Failure::Deadline => CompileError::Deadline { version, seconds: deadline.as_secs_f64() },
            Failure::Crash(reason) => CompileError::Crash { version, reason },
        })
    }

    /// The loaded compiler. Whoever asks for one that is being loaded waits for it; others are not held up.
    fn program(&self, compiler: &Installed) -> Result<Arc<Program>, CompileError> {
        let machine = self.machine()?;
        let modified = std::fs::metadata(&compiler.path).and_then(|meta| meta.modified()).ok();
        let key = (compiler.path.clone(), modified);
        let loaded = Arc::clone(self.programs.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        if let Some(program) = loaded.get() {
            return Ok(Arc::clone(program));
        }
        let program = Arc::new(module_cache::load(&machine.engine, &compiler.path, &self.config.cache_dir)?);
        Ok(Arc::clone(loaded.get_or_init(|| program)))
    }

    fn machine(&self) -> Result<&Machine, CompileError> {
        let start = || {
            let engine = module_cache::engine().map_err(|error| format!("{error:#}"))?;
            let pool = Pool::new(self.config.workers).map_err(|error| error.to_string())?;
            Ok(Machine { engine, pool })
        };
        self.machine.get_or_init(start).as_ref().map_err(|reason: &String| CompileError::Engine(reason.clone()))
    }
}

#[cfg(test)]
mod tests;
