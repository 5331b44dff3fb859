//! The engine: runs the model on a thread of its own. Whoever writes asks for one pass after the other; passes that wait together run
//! together, and urgent ones (inline completion) before patient ones (generation), so that the editor never waits for a draft.

use crate::{
    grammar::{GrammarError, Vocabulary},
    kept::Kept,
    proposal::ModelFacts,
};
use solwright_checker::compile::default_cache_dir;
use solwright_model::{Cancel, DeviceChoice, Logits, Model, ModelError, ModelSource, Reading, Session};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, mpsc},
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

/// How urgent a pass is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Someone is typing: runs before all patient passes.
    Urgent,
    /// Someone asked and waits.
    Patient,
}

/// Why the engine could not do what was asked.
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
    /// A pass panicked; the engine lives on.
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
    /// Passes that wait.
    pub queued: usize,
    /// Tokens of all prompts.
    pub prompt_tokens: usize,
    /// How many of them were known from earlier prompts.
    pub known_tokens: usize,
    /// Bytes of keys and values that are kept for coming prompts.
    pub kept_bytes: usize,
    /// Tokens read in a second of all passes so far, prompts and answers together.
    pub tokens_per_second: f64,
    /// The last error, so that no failure is silent.
    pub last_error: Option<String>,
}

/// A handle on the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What is loaded.
pub struct Desk {
    /// The model.
    pub model: Model,
    vocabulary: OnceLock<Result<Arc<Vocabulary>, GrammarError>>,
}

/// A sequence of tokens that the model reads on the engine's thread.
pub struct Reader {
    engine: Engine,
    /// The model that reads.
    pub desk: Arc<Desk>,
    priority: Priority,
    /// Away while the engine has it; a pass that panics takes it along.
    session: Option<Session>,
}

/// New tokens of one session, whose logits someone waits for.
struct Pass {
    priority: Priority,
    session: Session,
    tokens: Vec<u32>,
    /// How many of them were read.
    read: usize,
    /// Whether the logits after each token are wanted; only of few tokens.
    every: bool,
    /// Whether others may begin with what is read.
    keep: bool,
    cancel: Cancel,
    reply: mpsc::Sender<(Session, Result<Vec<Logits>, ModelError>)>,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Pass>,
    patient: VecDeque<Pass>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    desk: OnceLock<Result<Arc<Desk>, EngineError>>,
    state: Mutex<State>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct State {
    load_milliseconds: Option<f64>,
    prompt_tokens: usize,
    known_tokens: usize,
    read_tokens: usize,
    /// Time of the passes that read them.
    reading: Duration,
    last_error: Option<String>,
}

impl Engine {
    /// Starts the engine's thread and returns at once; the model loads there.
    pub fn start(choice: ModelChoice, device: DeviceChoice) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            desk: OnceLock::new(),
            state: Mutex::default(),
            kept: Mutex::default(),
        });
        let worker = Arc::downgrade(&shared);
        let for_thread = Arc::clone(&shared);
        let spawned = std::thread::Builder::new().name("engine".into()).spawn(move || {
            for_thread.load(&choice, device);
            drop(for_thread);
            // The thread holds no strong handle while it waits, so that the last `Engine` to go ends it.
            while let Some(shared) = worker.upgrade() {
                let batch = shared.next(Duration::from_millis(200));
                if batch.is_empty() && lock(&shared.queue).closed {
                    break;
                }
                shared.perform(batch);
            }
        });
        if let Err(error) = spawned {
            shared.failed(EngineError::Stopped, format!("the engine's thread could not start: {error}"));
        }
        Self { shared }
    }

    /// The model; waits until it is loaded.
    ///
    /// # Errors
    /// When the model could not be loaded or the work is cancelled.
    pub fn desk(&self, cancel: &Cancel) -> Result<Arc<Desk>, EngineError> {
        const LOOK: Duration = Duration::from_millis(10);
        let mut queue = lock(&self.shared.queue);
        loop {
            if cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            if let Some(desk) = self.shared.desk.get() {
                return desk.clone();
            }
            queue = self.shared.arrived.wait_timeout(queue, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A sequence that has read nothing yet.
    pub fn reader(&self, desk: &Arc<Desk>, priority: Priority) -> Reader {
        Reader { engine: self.clone(), desk: Arc::clone(desk), priority, session: Some(desk.model.session()) }
    }

    /// Leaves the weights of a model file packed where other processes find them; waits for the disk, so call it from a process that lives
    /// long, and not from a thread that others wait for.
    ///
    /// # Errors
    /// When the model could not be loaded, or its weights not be written.
    pub fn share_weights(&self, cancel: &Cancel) -> Result<(), EngineError> {
        Ok(self.desk(cancel)?.model.share(&shared_weights_dir())?)
    }

    /// Tokens the model can see at once; zero until it is loaded.
    pub fn context_length(&self) -> usize {
        let desk = self.shared.desk.get().and_then(|desk| desk.as_ref().ok());
        desk.map_or(0, |desk| desk.model.info().context_length)
    }

    /// What the engine is at.
    pub fn status(&self) -> EngineStatus {
        let queue = lock(&self.shared.queue);
        let queued = queue.urgent.len() + queue.patient.len();
        drop(queue);
        let kept_bytes = lock(&self.shared.kept).bytes();
        let (name, model) = match self.shared.desk.get() {
            None => ("loading", None),
            Some(Ok(desk)) => ("ready", Some(desk.known_facts())),
            Some(Err(_)) => ("failed", None),
        };
        let state = lock(&self.shared.state);
        EngineStatus {
            state: name,
            model,
            load_milliseconds: state.load_milliseconds,
            queued,
            prompt_tokens: state.prompt_tokens,
            known_tokens: state.known_tokens,
            kept_bytes,
            tokens_per_second: state.read_tokens as f64 / state.reading.as_secs_f64().max(1e-9),
            last_error: state.last_error.clone(),
        }
    }
}

impl Desk {
    /// What a proposal says of the model. The first time its file is hashed, which takes a second for a large one.
    pub fn facts(&self) -> ModelFacts {
        // A file that has gone meanwhile has no hash, and that is what is told.
        let _ = self.model.sha256();
        self.known_facts()
    }

    /// The same, without a hash until it was asked for.
    fn known_facts(&self) -> ModelFacts {
        let info = self.model.info();
        ModelFacts {
            name: info.name.clone(),
            sha256: self.model.known_sha256().unwrap_or_default().to_owned(),
            quantization: info.quantization.clone(),
            device: info.device.clone(),
        }
    }

    /// The model's vocabulary as a constraint wants it; made when it is first asked for.
    ///
    /// # Errors
    /// When it cannot constrain.
    pub fn vocabulary(&self) -> Result<Arc<Vocabulary>, GrammarError> {
        self.vocabulary.get_or_init(|| Vocabulary::of(self.model.tokenizer())).clone()
    }
}

impl Reader {
    /// Reads `tokens`; gives the logits of what follows the last one. After an error nothing of them was read. The first tokens are not
    /// read again where a prompt before began like them.
    ///
    /// # Errors
    /// When they do not fit, the work is cancelled or the engine fails.
    pub fn read(&mut self, tokens: &[u32], cancel: &Cancel) -> Result<Logits, EngineError> {
        let is_prompt = self.session.as_ref().is_some_and(Session::is_empty);
        if !is_prompt {
            return Ok(self.pass(tokens, false, false, cancel)?.pop().unwrap_or_default());
        }
        let known = lock(&self.engine.shared.kept).begin(tokens);
        let length = known.as_ref().map_or(0, Session::len);
        self.session = known.or(self.session.take());
        let logits = self.pass(&tokens[length..], false, true, cancel);
        if logits.is_err() {
            self.truncate(0);
        }
        let mut state = lock(&self.engine.shared.state);
        state.prompt_tokens += tokens.len();
        state.known_tokens += length;
        Ok(logits?.pop().unwrap_or_default())
    }

    /// Reads a few tokens; gives the logits of what follows each of them. After an error nothing of them was read.
    ///
    /// # Errors
    /// As of [`Reader::read`].
    pub fn read_each(&mut self, tokens: &[u32], cancel: &Cancel) -> Result<Vec<Logits>, EngineError> {
        self.pass(tokens, true, false, cancel)
    }

    fn pass(&mut self, tokens: &[u32], every: bool, keep: bool, cancel: &Cancel) -> Result<Vec<Logits>, EngineError> {
        let (reply, answer) = mpsc::channel();
        let Some(session) = self.session.take() else { return Err(self.engine.shared.lost()) };
        let (priority, tokens, cancel) = (self.priority, tokens.to_vec(), cancel.clone());
        self.engine.shared.enqueue(Pass { priority, session, tokens, read: 0, every, keep, cancel, reply })?;
        // The engine answers every pass, or drops it when it panics.
        let (session, logits) = answer.recv().map_err(|_| self.engine.shared.lost())?;
        self.session = Some(session);
        logits.map_err(|error| {
            let error = EngineError::from(error);
            self.engine.shared.note(&error);
            error
        })
    }

    /// The tokens read.
    pub fn tokens(&self) -> &[u32] {
        self.session.as_ref().map_or(&[], Session::tokens)
    }

    /// Forgets all but the first `length` tokens.
    pub fn truncate(&mut self, length: usize) {
        if let Some(session) = &mut self.session {
            session.truncate(length);
        }
    }

    /// A reader that has read the same tokens and goes its own way.
    pub fn fork(&self) -> Self {
        let session = self.session.as_ref().map(Session::fork);
        Self { engine: self.engine.clone(), desk: Arc::clone(&self.desk), priority: self.priority, session }
    }
}

impl Shared {
    fn load(&self, choice: &ModelChoice, device: DeviceChoice) {
        match load(choice, device) {
            Ok((model, time)) => {
                lock(&self.state).load_milliseconds = Some(time.as_secs_f64() * 1e3);
                let _ = self.desk.set(Ok(Arc::new(Desk { model, vocabulary: OnceLock::new() })));
            }
            Err(error) => {
                let message = error.to_string();
                self.failed(error, message);
            }
        }
        self.arrived.notify_all();
    }

    fn failed(&self, error: EngineError, message: String) {
        lock(&self.state).last_error = Some(message);
        lock(&self.queue).closed = true;
        let _ = self.desk.set(Err(error));
    }

    fn enqueue(&self, pass: Pass) -> Result<(), EngineError> {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(EngineError::Stopped);
        }
        queue.of(pass.priority).push_back(pass);
        drop(queue);
        self.arrived.notify_all();
        Ok(())
    }

    /// The passes to run together now: urgent ones if there are any, in order, as many as there are rows for.
    fn next(&self, patience: Duration) -> Vec<Pass> {
        let queue = lock(&self.queue);
        let idle = |queue: &mut Queue| queue.urgent.is_empty() && queue.patient.is_empty() && !queue.closed;
        let (mut queue, _) =
            self.arrived.wait_timeout_while(queue, patience, idle).unwrap_or_else(PoisonError::into_inner);
        let Queue { urgent, patient, .. } = &mut *queue;
        let first = if urgent.is_empty() { patient } else { urgent };
        let mut rows = 0;
        let fits = |pass: &&Pass| {
            rows += pass.tokens.len() - pass.read;
            rows <= Session::MOST_ROWS
        };
        let count = first.iter().take_while(fits).count().max(1).min(first.len());
        first.drain(..count).collect()
    }

    /// Runs the passes, or a part of a long one, and answers those that are done.
    fn perform(&self, batch: Vec<Pass>) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.run(batch))) {
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            lock(&self.state).last_error = Some(message.unwrap_or_else(|| "a panic without a message".to_owned()));
        }
    }

    fn run(&self, batch: Vec<Pass>) {
        let mut ready = Vec::with_capacity(batch.len());
        for pass in batch {
            match pass.cancel.check().and_then(|()| pass.session.check(&pass.tokens[pass.read..])) {
                Ok(()) => ready.push(pass),
                Err(error) => pass.answer(Err(error)),
            }
        }
        // Whoever is alone may be cancelled in the middle; a batch is short.
        let cancel = if let [pass] = &ready[..] { pass.cancel.clone() } else { Cancel::new() };
        let together = ready.iter_mut().map(|pass| {
            let end = pass.tokens.len().min(pass.read + Session::MOST_ROWS);
            Reading { session: &mut pass.session, tokens: &pass.tokens[pass.read..end], every: pass.every }
        });
        let mut together: Vec<Reading<'_>> = together.collect();
        let rows: usize = together.iter().map(|reading| reading.tokens.len()).sum();
        let start = Instant::now();
        match Session::read_together(&mut together, &cancel) {
            Ok(logits) => {
                let mut state = lock(&self.state);
                (state.read_tokens, state.reading) = (state.read_tokens + rows, state.reading + start.elapsed());
                drop(state);
                for (mut pass, logits) in ready.into_iter().zip(logits) {
                    pass.read = pass.tokens.len().min(pass.read + Session::MOST_ROWS);
                    if pass.read == pass.tokens.len() {
                        if pass.keep {
                            lock(&self.kept).keep(&pass.session);
                        }
                        pass.answer(Ok(logits));
                    } else {
                        lock(&self.queue).of(pass.priority).push_front(pass);
                    }
                }
            }
            Err(error) => {
                let shared = error.to_string();
                let mut error = Some(error);
                for pass in ready {
                    pass.answer(Err(error.take().unwrap_or_else(|| ModelError::Together(shared.clone()))));
                }
            }
        }
    }

    fn note(&self, error: &EngineError) {
        if !matches!(error, EngineError::Cancelled) {
            lock(&self.state).last_error = Some(error.to_string());
        }
    }

    /// What became of a session that did not come back.
    fn lost(&self) -> EngineError {
        EngineError::Panicked(lock(&self.state).last_error.clone().unwrap_or_default())
    }
}

impl Queue {
    fn of(&mut self, priority: Priority) -> &mut VecDeque<Pass> {
        match priority {
            Priority::Urgent => &mut self.urgent,
            Priority::Patient => &mut self.patient,
        }
    }
}

impl Pass {
    /// Gives the session back; after an error as it was before.
    fn answer(mut self, result: Result<Vec<Logits>, ModelError>) {
        if result.is_err() {
            self.session.truncate(self.session.len() - self.read);
        }
        // The one who asked may have gone, which is no error.
        let _ = self.reply.send((self.session, result));
    }
}

fn load(choice: &ModelChoice, device: DeviceChoice) -> Result<(Model, Duration), EngineError> {
    let start = Instant::now();
    let load = || match choice {
        // It is packed sooner than a file is looked for.
        ModelChoice::Bundled => {
            let bytes = Model::bundled().ok_or(EngineError::NoModel)?;
            Ok::<_, EngineError>(Model::load(ModelSource::Bytes(bytes), device)?)
        }
        ModelChoice::Path(path) => {
            Ok(Model::load_shared(ModelSource::Path(path.clone()), device, &shared_weights_dir())?)
        }
    };
    let model = catch_unwind(AssertUnwindSafe(load))
        .map_err(|_| EngineError::Panicked("loading the model panicked".to_owned()))??;
    Ok((model, start.elapsed()))
}

/// The folder of weights that processes share.
pub fn shared_weights_dir() -> PathBuf {
    default_cache_dir().join("tiles")
}

/// A panic in a piece of work must not take the engine along, and no lock is held across foreign code.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
