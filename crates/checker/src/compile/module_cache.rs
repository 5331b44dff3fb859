//! Compiles a compiler's WebAssembly to machine code once, and keeps the result in the cache folder.
//!
//! Winch takes about 7 s and 1 GB of memory for one solc, Cranelift 30 s. The memory is why a child process does it: the language
//! server stays small, and a machine without that much memory loses the child alone. The child is this executable again, told by
//! its environment, which works when `main` begins with [`run_child_if_asked`]; a program whose `main` does not compiles here.

use super::{
    CompileError,
    instance::Program,
    reshape::reshape,
    soljson::{Soljson, SoljsonError},
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fmt::Write as _,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};
use wasmtime::{Config, Engine, Module, Strategy};

/// Room for solc's recursion over deeply nested code; the worker's own stack is larger (`pool.rs`).
const WASM_STACK: usize = 200 << 20;

const CHILD_INPUT: &str = "SOLWRIGHT_PRECOMPILE";
const CHILD_OUTPUT: &str = "SOLWRIGHT_PRECOMPILE_INTO";

static CHILD_CAN_RUN: AtomicBool = AtomicBool::new(false);

/// Does the work of the child process and ends it, when this process is one. Must be the first thing that `main` does.
pub fn run_child_if_asked() {
    CHILD_CAN_RUN.store(true, Ordering::Relaxed);
    let (Some(input), Some(output)) = (std::env::var_os(CHILD_INPUT), std::env::var_os(CHILD_OUTPUT)) else { return };
    let done = machine_code_of(Path::new(&input)).and_then(|code| Ok(fs::write(output, code)?));
    if let Err(error) = &done {
        eprintln!("{error}");
    }
    std::process::exit(i32::from(done.is_err()));
}

/// The engine that all instances share.
pub(super) fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    // Winch is the quicker compiler, and its code runs a type check as fast; it is complete on x86-64 alone.
    config.strategy(if cfg!(target_arch = "x86_64") { Strategy::Winch } else { Strategy::Cranelift });
    // Every C++ exception is a host error: a backtrace for each would cost more than the compile.
    config.wasm_backtrace_max_frames(None);
    config.max_wasm_stack(WASM_STACK).async_stack_size(WASM_STACK + (8 << 20));
    config.epoch_interruption(true);
    Engine::new(&config)
}

/// Loads the compiler, from the cache when its machine code is there.
pub(super) fn load(engine: &Engine, soljson: &Path, cache_dir: &Path) -> Result<Program, CompileError> {
    let unreadable = |reason: String| CompileError::Unreadable { path: soljson.to_owned(), reason };
    let js = fs::read_to_string(soljson).map_err(|error| unreadable(error.to_string()))?;
    let glue = Soljson::read(&js).map_err(|error| unreadable(error.to_string()))?.glue;
    let slot = Slot::of(engine, &js, cache_dir);
    drop(js);
    let module = slot.module(engine, soljson).map_err(|error| unreadable(format!("{error:#}")))?;
    Program::new(&module, glue).map_err(|error| unreadable(format!("{error:#}")))
}

/// Whether the compiler's machine code is in the cache.
pub(super) fn is_cached(engine: &Engine, soljson: &Path, cache_dir: &Path) -> bool {
    fs::read_to_string(soljson).is_ok_and(|js| Slot::of(engine, &js, cache_dir).path.exists())
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The place in the cache of one compiler's machine code, for this wasmtime and this processor.
struct Slot {
    path: PathBuf,
    /// What the names of this compiler's files begin with, whatever the wasmtime and the processor.
    family: String,
}

impl Slot {
    fn of(engine: &Engine, js: &str, cache_dir: &Path) -> Self {
        let family = sha256(js.as_bytes())[..16].to_owned();
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let path = cache_dir.join("modules").join(format!("{family}-{:016x}.cwasm", hasher.finish()));
        Self { path, family }
    }

    fn module(&self, engine: &Engine, soljson: &Path) -> wasmtime::Result<Module> {
        if let Some(module) = self.cached(engine) {
            return Ok(module);
        }
        let Ok(lock) = self.lock() else {
            // A cache that cannot be written to still leaves a compiler for this run.
            let code = machine_code_of(soljson)?;
            // SAFETY: the code was produced by this engine's own compiler a moment ago.
            return unsafe { Module::deserialize(engine, code) };
        };
        let module = match self.cached(engine) {
            Some(module) => module,
            None => {
                self.fill(soljson)?;
                // SAFETY: as in `cached`; the file was written a moment ago.
                unsafe { Module::deserialize_file(engine, &self.path)? }
            }
        };
        drop(lock);
        Ok(module)
    }

    fn cached(&self, engine: &Engine) -> Option<Module> {
        if !self.path.exists() {
            return None;
        }
        // SAFETY: only `fill` writes there, whole files by rename, into the user's own cache folder. Whoever can forge that file
        // can replace this program as well. wasmtime refuses code of another version, configuration or processor.
        unsafe { Module::deserialize_file(engine, &self.path) }.ok()
    }

    /// Keeps a second process from spending the same gigabyte at the same time.
    fn lock(&self) -> std::io::Result<File> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(dir)?;
        let lock = File::create(dir.join(format!("{}.lock", self.family)))?;
        lock.lock()?;
        Ok(lock)
    }

    fn fill(&self, soljson: &Path) -> wasmtime::Result<()> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        let mut fresh = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        if !in_child(soljson, fresh.path())? {
            fresh.write_all(&machine_code_of(soljson)?)?;
        }
        self.remove_stale(dir);
        fresh.persist(&self.path)?;
        Ok(())
    }

    /// Machine code of an older wasmtime is 100 MB that nobody will read again.
    fn remove_stale(&self, dir: &Path) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(&self.family) && name.to_string_lossy().ends_with(".cwasm") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Runs the compile in a child; `false` when no child can be run.
fn in_child(soljson: &Path, output: &Path) -> wasmtime::Result<bool> {
    if !CHILD_CAN_RUN.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let Ok(program) = std::env::current_exe() else { return Ok(false) };
    let variables = [(CHILD_INPUT, OsString::from(soljson)), (CHILD_OUTPUT, OsString::from(output))];
    let mut command = Command::new(program);
    command.envs(variables).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let Ok(done) = command.output() else { return Ok(false) };
    if done.status.success() {
        return Ok(true);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(wasmtime::format_err!("compiling it to machine code failed ({}): {}", done.status, said.trim()))
}

fn machine_code_of(soljson: &Path) -> wasmtime::Result<Vec<u8>> {
    let js = fs::read_to_string(soljson)?;
    let wasm = Soljson::read(&js)?.wasm()?;
    let wasm = reshape(&wasm).ok_or(SoljsonError::Layout("imports and exports in its WebAssembly"))?;
    engine()?.precompile_module(&wasm)
}
