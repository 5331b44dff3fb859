//! The engine: owns the model on a thread of its own. Work is queued with a priority; urgent work (inline completion) runs between
//! two tokens of patient work (generation), so that the editor never waits for a whole draft.

use crate::{
    grammar::{GrammarError, Vocabulary},
    proposal::ModelFacts,
};
use solwright_model::{Cancel, DeviceChoice, Model, ModelError, ModelSource};
use std::{
    cell::OnceCell,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

/// Which model to load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelChoice {
    /// The one compiled into the binary.
    #[default]
    Bundled,
    /// A GGUF file.
    Path(PathBuf),
}

/// How urgent a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Someone is typing: runs between two tokens of patient work.
    Urgent,
    /// Someone asked and waits.
    Patient,
}

/// Why the engine could not do a piece of work.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// The model could not be loaded.
    #[error("{0}")]
    Model(Arc<ModelError>),
    /// The binary was built without a model, and none was named.
    #[error("this binary carries no model, name a GGUF file with `--model PATH`")]
    NoModel,
    /// The model has no tokens for fill-in-the-middle.
    #[error("the model has no fill-in-the-middle tokens, choose one that has for inline completion")]
    NoFillInTheMiddle,
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The work panicked; the engine lives on.
    #[error("the engine met a bug: {0}; it lives on, please report it with the file")]
    Panicked(String),
    /// The engine's thread has ended.
    #[error("the engine has stopped, restart the server")]
    Stopped,
}

impl From<ModelError> for EngineError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Cancelled => Self::Cancelled,
            other => Self::Model(Arc::new(other)),
        }
    }
}

/// What the engine is at.
#[derive(Clone, Debug, serde::Serialize)]
pub struct EngineStatus {
    /// `loading`, `ready` or `failed`.
    pub state: &'static str,
    /// The model, once loaded.
    pub model: Option<ModelFacts>,
    /// Milliseconds that loading took.
    pub load_milliseconds: Option<f64>,
    /// Pieces of work that wait.
    pub queued: usize,
    /// The last error, so that no failure is silent.
    pub last_error: Option<String>,
}

/// A handle on the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What a piece of work sees: the model, and a place to let urgent work pass.
pub struct Desk<'a> {
    /// The loaded model.
    pub model: &'a Model,
    vocabulary: &'a OnceCell<Result<Arc<Vocabulary>, GrammarError>>,
    shared: &'a Shared,
}

type Work = Box<dyn FnOnce(Result<&Desk<'_>, EngineError>) + Send>;

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Work>,
    patient: VecDeque<Work>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    state: Mutex<State>,
}

struct State {
    model: Option<ModelFacts>,
    context_length: usize,
    load_milliseconds: Option<f64>,
    failed: bool,
    last_error: Option<String>,
}

impl Engine {
    /// Starts the engine's thread and returns at once; the model loads there.
    pub fn start(choice: ModelChoice, device: DeviceChoice) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            state: Mutex::new(State {
                model: None,
                context_length: 0,
                load_milliseconds: None,
                failed: false,
                last_error: None,
            }),
        });
        let worker = Arc::downgrade(&shared);
        let for_thread = Arc::clone(&shared);
        let spawned = std::thread::Builder::new().name("engine".into()).spawn(move || {
            let loaded = load(&choice, device);
            for_thread.loaded(&loaded);
            drop(for_thread);
            let vocabulary = OnceCell::new();
            // The thread holds no strong handle while it waits, so that the last `Engine` to go ends it.
            while let Some(shared) = worker.upgrade() {
                let Some(work) = shared.next(Duration::from_millis(200)) else {
                    if lock(&shared.queue).closed {
                        break;
                    }
                    continue;
                };
                match &loaded {
                    Ok((model, _)) => {
                        shared.perform(work, Ok(&Desk { model, vocabulary: &vocabulary, shared: &shared }));
                    }
                    Err(error) => shared.perform(work, Err(error.clone())),
                }
            }
        });
        if let Err(error) = spawned {
            let mut state = lock(&shared.state);
            state.failed = true;
            state.last_error = Some(format!("the engine's thread could not start: {error}"));
            lock(&shared.queue).closed = true;
        }
        Self { shared }
    }

    /// Runs `work` on the engine's thread and waits for what it returns.
    ///
    /// # Errors
    /// When the model could not be loaded, the work was cancelled while it waited, or it panicked.
    pub fn run<T: Send + 'static>(
        &self,
        priority: Priority,
        cancel: &Cancel,
        work: impl FnOnce(&Desk<'_>) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (sender, receiver) = mpsc::channel();
        let flag = cancel.clone();
        let boxed: Work = Box::new(move |desk| {
            let result = match desk {
                _ if flag.is_cancelled() => Err(EngineError::Cancelled),
                Ok(desk) => work(desk),
                Err(error) => Err(error),
            };
            // The one who asked may have gone, which is no error.
            let _ = sender.send(result);
        });
        self.shared.enqueue(priority, boxed)?;
        self.wait(&receiver, cancel)
    }

    /// Tokens the model can see at once; zero until it is loaded.
    pub fn context_length(&self) -> usize {
        lock(&self.shared.state).context_length
    }

    /// What the engine is at.
    pub fn status(&self) -> EngineStatus {
        let queue = lock(&self.shared.queue);
        let queued = queue.urgent.len() + queue.patient.len();
        drop(queue);
        let state = lock(&self.shared.state);
        let name = if state.failed {
            "failed"
        } else if state.model.is_some() {
            "ready"
        } else {
            "loading"
        };
        EngineStatus {
            state: name,
            model: state.model.clone(),
            load_milliseconds: state.load_milliseconds,
            queued,
            last_error: state.last_error.clone(),
        }
    }

    fn wait<T>(&self, receiver: &mpsc::Receiver<Result<T, EngineError>>, cancel: &Cancel) -> Result<T, EngineError> {
        const LOOK: Duration = Duration::from_millis(10);
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(result) => {
                    if let Err(error) = &result {
                        self.shared.note(error);
                    }
                    return result;
                }
                Err(mpsc::RecvTimeoutError::Timeout) if cancel.is_cancelled() => return Err(EngineError::Cancelled),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    let message = lock(&self.shared.state).last_error.clone().unwrap_or_default();
                    return Err(EngineError::Panicked(message));
                }
            }
        }
    }
}

impl Desk<'_> {
    /// The model's vocabulary as a constraint wants it; made when it is first asked for.
    ///
    /// # Errors
    /// When it cannot constrain.
    pub fn vocabulary(&self) -> Result<Arc<Vocabulary>, GrammarError> {
        self.vocabulary.get_or_init(|| Vocabulary::of(self.model.tokenizer())).clone()
    }

    /// Lets waiting urgent work pass; patient work calls it after each token.
    pub fn let_urgent_pass(&self) {
        loop {
            let Some(work) = lock(&self.shared.queue).urgent.pop_front() else { return };
            self.shared.perform(work, Ok(self));
        }
    }
}

impl Shared {
    fn enqueue(&self, priority: Priority, work: Work) -> Result<(), EngineError> {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(EngineError::Stopped);
        }
        match priority {
            Priority::Urgent => queue.urgent.push_back(work),
            Priority::Patient => queue.patient.push_back(work),
        }
        self.arrived.notify_one();
        Ok(())
    }

    fn next(&self, patience: Duration) -> Option<Work> {
        let queue = lock(&self.queue);
        let idle = |queue: &mut Queue| queue.urgent.is_empty() && queue.patient.is_empty() && !queue.closed;
        let (mut queue, _) =
            self.arrived.wait_timeout_while(queue, patience, idle).unwrap_or_else(PoisonError::into_inner);
        queue.urgent.pop_front().or_else(|| queue.patient.pop_front())
    }

    fn perform(&self, work: Work, desk: Result<&Desk<'_>, EngineError>) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(desk))) {
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            lock(&self.state).last_error = Some(message.unwrap_or_else(|| "a panic without a message".to_owned()));
        }
    }

    fn loaded(&self, loaded: &Result<(Model, Duration), EngineError>) {
        let mut state = lock(&self.state);
        match loaded {
            Ok((model, time)) => {
                let info = model.info();
                state.context_length = info.context_length;
                state.load_milliseconds = Some(time.as_secs_f64() * 1e3);
                state.model = Some(ModelFacts {
                    name: info.name.clone(),
                    sha256: model.sha256().unwrap_or_default().to_owned(),
                    quantization: info.quantization.clone(),
                    device: info.device.clone(),
                });
            }
            Err(error) => {
                state.failed = true;
                state.last_error = Some(error.to_string());
            }
        }
    }

    fn note(&self, error: &EngineError) {
        if !matches!(error, EngineError::Cancelled) {
            lock(&self.state).last_error = Some(error.to_string());
        }
    }
}

fn load(choice: &ModelChoice, device: DeviceChoice) -> Result<(Model, Duration), EngineError> {
    let source = match choice {
        ModelChoice::Bundled => ModelSource::Bytes(Model::bundled().ok_or(EngineError::NoModel)?),
        ModelChoice::Path(path) => ModelSource::Path(path.clone()),
    };
    let start = Instant::now();
    let model = catch_unwind(AssertUnwindSafe(|| Model::load(source, device)))
        .map_err(|_| EngineError::Panicked("loading the model panicked".to_owned()))??;
    Ok((model, start.elapsed()))
}

/// A panic in a piece of work must not take the engine along, and no lock is held across foreign code.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
