//! Commands and the start: what the client can ask for by name.

use crate::{
    backend::lsp,
    diagnostics, generate,
    state::{Failure, State, VERSION},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use solwright_analysis::project::{CONFIGURATION_FILE, FOUNDRY_FILE};
use solwright_generate::{Cancel, Engine};
use std::{sync::Arc, time::Duration};

/// Writes a stub: `[{"uri", "position" | "function", "version"?}]`.
pub const GENERATE: &str = "solwright.generate";

/// What works and what does not: no arguments.
pub const STATUS: &str = "solwright.status";

/// Checks a file with every layer now: `[{"uri"}]`.
pub const CHECK_FILE: &str = "solwright.checkFile";

/// Every command.
pub const NAMES: [&str; 3] = [GENERATE, STATUS, CHECK_FILE];

/// Runs a command.
pub async fn execute(state: &Arc<State>, params: lsp::ExecuteCommandParams) -> Result<Value, Failure> {
    let arguments = params.arguments.unwrap_or_default();
    match params.command.as_str() {
        GENERATE => {
            let token = params.work_done_progress_params.work_done_token;
            generate::generate(state, argument(GENERATE, arguments)?, token).await
        }
        STATUS => status(state).await,
        CHECK_FILE => {
            let File { uri } = argument(CHECK_FILE, arguments)?;
            diagnostics::check_now(state, &uri).await
        }
        other => {
            Err(Failure::Invalid(format!("`{other}` is no command of Solwright, it knows `{}`", NAMES.join("`, `"))))
        }
    }
}

/// What happens once the client is ready: settings are asked for, files are watched, then the model loads in the background.
pub async fn start(state: &Arc<State>) {
    state.log(lsp::MessageType::Info, format!("Solwright {} is ready", VERSION));
    if state.session().has_configuration {
        pull_configuration(state).await;
    }
    if state.session().watches_files {
        watch_files(state).await;
    }
    load_model(state).await;
}

/// Takes over settings that the client pushed, or asks for them when it only said that they changed.
pub async fn reconfigure(state: &Arc<State>, settings: Value) {
    if settings.is_null() && state.session().has_configuration {
        pull_configuration(state).await;
    } else {
        let problems = state.configure(&settings);
        state.tell_problems(problems);
    }
    diagnostics::all(state);
    load_model(state).await;
}

#[derive(Deserialize)]
struct File {
    uri: lsp::Uri,
}

/// The one object that our commands take.
fn argument<T: DeserializeOwned>(command: &str, arguments: Vec<Value>) -> Result<T, Failure> {
    let first = arguments.into_iter().next().unwrap_or(Value::Null);
    serde_json::from_value(first).map_err(|error| Failure::Invalid(format!("`{command}` got wrong arguments: {error}")))
}

/// Asks for the section `solwright`. Never called from a handler: the answer comes through the same reader.
async fn pull_configuration(state: &Arc<State>) {
    let item = lsp::ConfigurationItem { scope_uri: None, section: Some("solwright".into()) };
    let asked = tokio::time::timeout(Duration::from_secs(5), state.client.configuration(vec![item])).await;
    if let Ok(Ok(answers)) = asked {
        let problems = answers.first().map(|settings| state.configure(settings)).unwrap_or_default();
        state.tell_problems(problems);
    }
}

/// Asks to hear of changes to what findings depend on besides the open documents.
async fn watch_files(state: &Arc<State>) {
    let watchers =
        [CONFIGURATION_FILE, FOUNDRY_FILE, "remappings.txt"].map(|name| json!({"globPattern": format!("**/{name}")}));
    let registration = lsp::Registration {
        id: "solwright/files".into(),
        method: "workspace/didChangeWatchedFiles".into(),
        register_options: Some(json!({"watchers": watchers})),
    };
    if let Err(error) = state.client.register_capability(vec![registration]).await {
        let message =
            format!("Changed settings are read with the next check, for the client watches no files: {error}");
        state.log(lsp::MessageType::Info, message);
    }
}

/// Loads the model and says in the log how that went: no failure is silent.
async fn load_model(state: &Arc<State>) {
    let engine = state.tools().engine(&state.config());
    while engine.status().state == "loading" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let status = engine.status();
    match (status.model, status.last_error) {
        (Some(model), _) => {
            let time = status.load_milliseconds.unwrap_or_default();
            let message = format!("The model `{}` is ready on {} after {time:.0} ms", model.name, model.device);
            state.log(lsp::MessageType::Info, message);
            tokio::spawn(share_weights(Arc::clone(state), engine));
        }
        (None, error) => {
            let why = error.unwrap_or_else(|| "the engine gave no reason".into());
            state.log(lsp::MessageType::Error, format!("Nothing can be generated: {why}"));
        }
    }
}

/// The next window of this editor, and other editors, find the weights packed.
async fn share_weights(state: Arc<State>, engine: Engine) {
    if let Ok(Err(error)) = state.blocking(move || engine.share_weights(&Cancel::new())).await {
        state.log(lsp::MessageType::Info, format!("Other windows will load the model anew: {error}"));
    }
}

async fn status(state: &Arc<State>) -> Result<Value, Failure> {
    let config = state.config();
    let checker = state.tools().checker(&config);
    let compilers =
        state.blocking(move || serde_json::to_value(checker.compilers().list(std::path::Path::new(".")))).await?;
    let engine = state.tools().engine(&config).status();
    Ok(json!({
        "version": VERSION,
        "engine": engine,
        "compilers": compilers.unwrap_or_default(),
        "compilerMessage": state.reports.compiler_message(),
        "documents": state.documents.uris().len(),
        "positionEncoding": crate::convert::encoding_to_proto(state.session().encoding),
    }))
}
