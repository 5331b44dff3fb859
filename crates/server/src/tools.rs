//! The checker and the engine: built when first asked for, and again when the settings that they stand on change.

use crate::config::Config;
use solwright_checker::{Checker, CheckerConfig, Follow, compile::CompilersConfig, detectors::Settings};
use solwright_generate::{DeviceChoice, Engine, ModelChoice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What does the work.
#[derive(Default)]
pub struct Tools {
    checker: Mutex<Option<Arc<Checker>>>,
    engine: Mutex<Option<Engine>>,
}

impl Tools {
    /// The checker under these settings.
    pub fn checker(&self, config: &Config) -> Arc<Checker> {
        let build = || {
            let compilers = CompilersConfig { solc_path: config.solc_path.clone(), ..CompilersConfig::default() };
            // The project's word is above the editor's, so that all who work on it see the same.
            let defaults = Settings { min_confidence: Some(config.min_confidence), ..Settings::default() };
            let follow = Follow::All;
            Arc::new(Checker::new(CheckerConfig { compilers, follow, defaults, ..CheckerConfig::default() }))
        };
        lock(&self.checker).get_or_insert_with(build).clone()
    }

    /// The engine under these settings. It loads its model on a thread of its own; its status tells how far it is.
    pub fn engine(&self, config: &Config) -> Engine {
        let start = || {
            let model = config.model_path.clone().map_or(ModelChoice::Bundled, ModelChoice::Path);
            Engine::start(model, device(&config.device))
        };
        lock(&self.engine).get_or_insert_with(start).clone()
    }

    /// Lets the checker go; work that it has is still done.
    pub fn drop_checker(&self) {
        *lock(&self.checker) = None;
    }

    /// Lets the engine go; work that it has is still done.
    pub fn drop_engine(&self) {
        *lock(&self.engine) = None;
    }
}

/// The settings let no other name through.
fn device(name: &str) -> DeviceChoice {
    match name {
        "cpu" => DeviceChoice::Cpu,
        "cuda" => DeviceChoice::Cuda(0),
        "metal" => DeviceChoice::Metal(0),
        _ => DeviceChoice::Auto,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
