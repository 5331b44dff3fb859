//! What the server knows: documents, settings, the tools that follow from them, and the work under way.

use crate::{
    Options,
    actions::Fixes,
    backend::{Client, lsp},
    config::{Config, Problem},
    diagnostics::Reports,
    documents::Documents,
    explanations::Explanations,
    session::Session,
    tools::Tools,
    typed_through::TypedThrough,
};
use dashmap::DashMap;
use solwright_generate::{Bodies, Cancel};
use std::sync::{
    Arc, OnceLock, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::sync::Semaphore;

/// Generations that wait or run at once; one more is refused, for the user would wait too long to still want it.
const MAX_GENERATIONS: usize = 8;

/// Checks of one depth at once: one, for each uses what cores there are.
const MAX_CHECKS: usize = 1;

/// Version of the program, as clients show it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that handlers share.
pub struct State {
    /// The editor.
    pub client: Client,
    /// Open documents.
    pub documents: Documents,
    /// What was found in them.
    pub reports: Reports,
    /// What is known of fixes for it.
    pub fixes: Fixes,
    /// What is known of functions that Solwright wrote.
    pub explanations: Explanations,
    /// Completions that may be typed at this moment.
    pub typed_through: TypedThrough,
    /// What completions are held to.
    pub bodies: Arc<Bodies>,
    /// Work that the user may cancel, by its progress token.
    pub running: DashMap<lsp::ProgressToken, Cancel>,
    /// Places for generations.
    pub generations: Arc<Semaphore>,
    /// Places for checks with every layer.
    pub full_checks: Semaphore,
    /// Places for checks without the compiler, so that they never wait for it.
    pub fast_checks: Semaphore,
    session: OnceLock<Session>,
    config: RwLock<Arc<Config>>,
    tools: Tools,
    tokens: AtomicU64,
    completions: AtomicU64,
    is_shut_down: AtomicBool,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The user does not want it any more.
    Cancelled,
    /// The request makes no sense; the sentence says what would.
    Invalid(String),
    /// It could not be done; the sentence says why.
    Failed(String),
}

impl State {
    /// A server that nobody has spoken to yet.
    pub fn new(client: Client, options: Options) -> Self {
        let config = Config { model_path: options.model, solc_path: options.solc, ..Config::default() };
        Self {
            client,
            documents: Documents::default(),
            reports: Reports::default(),
            fixes: Fixes::default(),
            explanations: Explanations::default(),
            typed_through: TypedThrough::default(),
            bodies: Arc::default(),
            running: DashMap::new(),
            generations: Arc::new(Semaphore::new(MAX_GENERATIONS)),
            full_checks: Semaphore::new(MAX_CHECKS),
            fast_checks: Semaphore::new(MAX_CHECKS),
            session: OnceLock::new(),
            tools: Tools::default(),
            config: RwLock::new(Arc::new(config)),
            tokens: AtomicU64::new(0),
            completions: AtomicU64::new(0),
            is_shut_down: AtomicBool::new(false),
        }
    }

    /// Takes over what the client said of itself.
    pub fn connect(&self, session: Session) {
        // The framework lets `initialize` through once only.
        let _ = self.session.set(session);
    }

    /// What the client said of itself.
    pub fn session(&self) -> &Session {
        self.session.get_or_init(Session::default)
    }

    /// The settings in force.
    pub fn config(&self) -> Arc<Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The checker and the engine, under the settings in force.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// Takes over settings; what follows from them is built anew where it must be.
    pub fn configure(&self, settings: &serde_json::Value) -> Vec<Problem> {
        let mut slot = self.config.write().unwrap_or_else(PoisonError::into_inner);
        let old = slot.clone();
        let mut new = Config::clone(&old);
        let problems = new.update(settings);
        if old.needs_new_engine(&new) {
            self.tools.drop_engine();
        }
        if old.needs_new_checker(&new) {
            self.tools.drop_checker();
        }
        *slot = Arc::new(new);
        problems
    }

    /// Names each setting that was not taken: wrong ones to the user, unknown ones in the log.
    pub fn tell_problems(&self, problems: Vec<Problem>) {
        for problem in problems {
            match problem {
                Problem::Unknown(message) => self.log(lsp::MessageType::Warning, message),
                Problem::Invalid(message) => self.show(lsp::MessageType::Warning, message),
            }
        }
    }

    /// A message in front of the user.
    pub fn show(&self, kind: lsp::MessageType, message: impl Into<String>) {
        let (client, message) = (self.client.clone(), message.into());
        tokio::spawn(async move { client.show_message(kind, message).await });
    }

    /// A line in the client's log.
    pub fn log(&self, kind: lsp::MessageType, message: impl Into<String>) {
        let (client, message) = (self.client.clone(), message.into());
        tokio::spawn(async move { client.log_message(kind, message).await });
    }

    /// Runs work that takes its time on a thread of its own. A panic there ends that piece of work alone.
    pub async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        tokio::task::spawn_blocking(work).await.map_err(|error| self.bug(&panic_text(error)))
    }

    /// Runs short work here and now. A panic there ends that piece of work alone.
    pub fn guarded<T>(&self, work: impl FnOnce() -> T) -> Result<T, Failure> {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        result.map_err(|payload| self.bug(payload_text(&*payload)))
    }

    /// A progress token that no other piece of work has.
    pub fn new_token(&self) -> lsp::ProgressToken {
        let n = self.tokens.fetch_add(1, Ordering::Relaxed);
        lsp::ProgressToken::String(format!("solwright/{n}"))
    }

    /// Takes a number for an inline completion; the highest number is the newest.
    pub fn next_completion(&self) -> u64 {
        self.completions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether no inline completion was asked for since `number` was taken.
    pub fn is_newest_completion(&self, number: u64) -> bool {
        self.completions.load(Ordering::Relaxed) == number
    }

    /// Stops all work: the client is about to leave.
    pub fn shut_down(&self) {
        self.is_shut_down.store(true, Ordering::Relaxed);
        self.cancel_all();
    }

    /// Stops all work that can be stopped.
    pub fn cancel_all(&self) {
        for work in &self.running {
            work.cancel();
        }
    }

    /// What the process ends with: 0 after a `shutdown`, 1 without, as the protocol says.
    pub fn exit_code(&self) -> i32 {
        i32::from(!self.is_shut_down.load(Ordering::Relaxed))
    }

    fn bug(&self, what: &str) -> Failure {
        let message = format!("Solwright met a bug and lives on: {what}; please report it with the file");
        self.log(lsp::MessageType::Error, message.clone());
        Failure::Failed(message)
    }
}

/// Raises its flag when it is dropped, as the framework drops the future of a request that is cancelled.
pub struct CancelOnDrop(pub Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Ends once the flag is raised.
pub async fn cancelled(cancel: &Cancel) {
    const LOOK: std::time::Duration = std::time::Duration::from_millis(10);
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

fn panic_text(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(payload) => payload_text(&*payload).to_owned(),
        Err(error) => error.to_string(),
    }
}

fn payload_text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a message")
}
