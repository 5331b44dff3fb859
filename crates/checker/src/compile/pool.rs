//! Worker threads that hold warm compilers, with a deadline for each compile.
//!
//! A compile runs on a thread with a large stack, for solc recurses over the source. Whoever waits for a result is the clock: it
//! advances the engine's epoch every few milliseconds, upon which running WebAssembly looks at its deadline. A compile that runs
//! away is so stopped from within, and its worker lives on with a new instance.

use super::instance::{DeadlinePassed, Instance, Program};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

/// Virtual memory; pages that a compile never reaches cost nothing.
const STACK: usize = 512 << 20;
/// Warm instances that one worker keeps, one for each version in use.
const WARM: usize = 2;
const TICK: Duration = Duration::from_millis(20);

/// The workers; dropping it lets them end.
pub(super) struct Pool {
    jobs: Sender<Job>,
}

/// Why a compile gave no output.
#[derive(Debug)]
pub(super) enum Failure {
    Deadline,
    Crash(String),
}

struct Job {
    program: Arc<Program>,
    input: String,
    deadline: Duration,
    reply: Sender<Result<String, Failure>>,
}

impl Pool {
    /// Starts the workers.
    pub fn new(workers: usize) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..workers.max(1) {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new().name(format!("solc-{number}")).stack_size(STACK).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs })
    }

    /// Compiles on the next free worker and waits for it; `deadline` counts from the worker's start.
    pub fn compile(&self, program: Arc<Program>, input: String, deadline: Duration) -> Result<String, Failure> {
        let gone = || Failure::Crash("no worker is left".to_owned());
        let engine = program.engine().clone();
        let (reply, result) = mpsc::channel();
        self.jobs.send(Job { program, input, deadline, reply }).map_err(|_| gone())?;
        loop {
            match result.recv_timeout(TICK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => engine.increment_epoch(),
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut warm: VecDeque<(Arc<Program>, Instance)> = VecDeque::new();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let result = catch_unwind(AssertUnwindSafe(|| run(&mut warm, &job)));
        let result = result.unwrap_or_else(|_| Err(Failure::Crash("its host panicked".to_owned())));
        // Whoever asked may have gone; the next one is served all the same.
        let _ = job.reply.send(result);
    }
}

fn run(warm: &mut VecDeque<(Arc<Program>, Instance)>, job: &Job) -> Result<String, Failure> {
    let known = warm.iter().position(|(program, _)| Arc::ptr_eq(program, &job.program));
    // Taken out while it runs: an instance that fails or panics is dropped, never used again.
    let taken = known.and_then(|at| warm.remove(at)).map(|(_, instance)| instance);
    let mut instance = match taken {
        Some(instance) => instance,
        None => job.program.start().map_err(failure)?,
    };
    let output = instance.compile(&job.input, Instant::now() + job.deadline).map_err(failure)?;
    if !instance.is_bloated() {
        warm.push_front((Arc::clone(&job.program), instance));
        warm.truncate(WARM);
    }
    Ok(output)
}

fn failure(error: wasmtime::Error) -> Failure {
    if error.is::<DeadlinePassed>() { Failure::Deadline } else { Failure::Crash(format!("{error:#}")) }
}
