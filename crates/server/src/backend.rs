//! The framework's side: the only file that names it. Each handler takes the request apart, makes one call, and hands over the answer.
//!
//! Four rules keep it alive, each learned from a server that broke one. Edits are applied before the first `.await`, for notifications
//! run side by side. No handler awaits a request to the client, for the answer comes through the same reader. Work that takes its time
//! runs elsewhere and stops when the future is dropped. And there is room for 64 requests at once, or a cancel would wait for a place.

pub(crate) use tower_lsp::{Client, gen_lsp_types as lsp};

use crate::{
    Options, actions, commands, completion, convert, diagnostics,
    documents::ChangeError,
    hover,
    session::Session,
    state::{Failure, State, VERSION},
    wire,
};
use std::{borrow::Cow, sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{
    LanguageServer, LspService, Server,
    jsonrpc::{Error, ErrorCode, Result},
};

/// Requests in flight at once.
const CONCURRENCY: usize = 64;

/// Bytes between the reader of frames and the framework.
const PIPE_BYTES: usize = 64 * 1024;

/// How long work in flight may go on after the client has gone.
const GRACE: Duration = Duration::from_secs(1);

/// LSP 3.17: the request is fine and could not be done.
const REQUEST_FAILED: i64 = -32803;

struct Backend {
    state: Arc<State>,
}

/// Serves one client until it leaves; returns the exit code.
pub(crate) async fn serve<I, O>(options: Options, input: I, output: O) -> i32
where
    I: AsyncRead + Unpin + Send,
    O: AsyncWrite,
{
    let build = LspService::build(|client| Backend { state: Arc::new(State::new(client, options)) });
    let (service, socket) = build.custom_method("window/workDoneProgress/cancel", Backend::cancel_progress).finish();
    let state = Arc::clone(&service.inner().state);
    let (frames_in, frames_out) = tokio::io::duplex(PIPE_BYTES);
    let left = async {
        let complain = |message: String| state.log(lsp::MessageType::Warning, message);
        // However the input ends, the client can send nothing more.
        let _ = wire::copy_frames(input, frames_in, complain).await;
        state.cancel_all();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = Server::new(frames_out, output, socket).concurrency_level(CONCURRENCY).serve(service) => {}
        () = left => {}
    }
    state.exit_code()
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let session = Session::new(&params);
        let encoding = convert::encoding_to_proto(session.encoding);
        self.state.connect(session);
        if let Some(settings) = &params.initialization_options {
            let problems = self.state.configure(settings);
            self.state.tell_problems(problems);
        }
        let name = "solwright".to_owned();
        let server_info = Some(lsp::ServerInfo { name, version: Some(VERSION.into()) });
        Ok(lsp::InitializeResult { capabilities: capabilities(encoding), server_info })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        let state = Arc::clone(&self.state);
        tokio::spawn(async move { commands::start(&state).await });
    }

    async fn shutdown(&self) -> Result<()> {
        self.state.shut_down();
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        let uri = params.text_document.uri.clone();
        let home = self.state.session().home();
        let opened = self.state.guarded(|| self.state.documents.open(params.text_document, &home));
        if opened.is_ok() {
            diagnostics::opened(&self.state, &uri);
        }
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        let uri = params.text_document.text_document_identifier.uri.clone();
        let encoding = self.state.session().encoding;
        match self.state.guarded(|| self.state.documents.change(params, encoding)) {
            Ok(Ok(())) => diagnostics::changed(&self.state, &uri),
            Ok(Err(error)) => self.state.log(lsp::MessageType::Warning, change_error(&uri, &error)),
            // The bug is in the log already.
            Err(_) => {}
        }
    }

    async fn did_save(&self, params: lsp::DidSaveTextDocumentParams) {
        diagnostics::saved(&self.state, &params.text_document.uri);
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        self.state.documents.close(&uri);
        diagnostics::closed(&self.state, uri);
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        let state = Arc::clone(&self.state);
        tokio::spawn(async move { commands::reconfigure(&state, params.settings).await });
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        diagnostics::around(&self.state, &params.changes);
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        hover::hover(&self.state, params.text_document_position_params).await.map_err(error)
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
        actions::code_actions(&self.state, params).await.map_err(error)
    }

    /// Neovim resolves even actions that are complete: they go back as they came.
    async fn code_action_resolve(&self, action: lsp::CodeAction) -> Result<lsp::CodeAction> {
        Ok(action)
    }

    async fn inline_completion(
        &self,
        params: lsp::InlineCompletionParams,
    ) -> Result<Option<lsp::InlineCompletionResponse>> {
        let items = completion::complete(&self.state, params).await.map_err(error)?;
        Ok(Some(lsp::InlineCompletionResponse::InlineCompletionItemList(items)))
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<lsp::LspAny>> {
        commands::execute(&self.state, params).await.map(Some).map_err(error)
    }
}

impl Backend {
    async fn cancel_progress(&self, params: lsp::WorkDoneProgressCancelParams) {
        if let Some(cancel) = self.state.running.get(&params.token) {
            cancel.cancel();
        }
    }
}

fn capabilities(encoding: lsp::PositionEncodingKind) -> lsp::ServerCapabilities {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        save: Some(lsp::Save::Bool(true)),
        ..Default::default()
    };
    let actions = lsp::CodeActionOptions {
        code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, lsp::CodeActionKind::RefactorRewrite]),
        ..Default::default()
    };
    let commands = lsp::ExecuteCommandOptions {
        commands: commands::NAMES.map(str::to_owned).to_vec(),
        work_done_progress_options: lsp::WorkDoneProgressOptions { work_done_progress: Some(true) },
    };
    lsp::ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(lsp::TextDocumentSync::Options(sync)),
        hover_provider: Some(lsp::HoverProvider::Bool(true)),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(actions)),
        execute_command_provider: Some(commands),
        inline_completion_provider: Some(lsp::InlineCompletionProvider::Bool(true)),
        ..Default::default()
    }
}

fn error(failure: Failure) -> Error {
    match failure {
        Failure::Cancelled => Error::request_cancelled(),
        Failure::Invalid(message) => Error::invalid_params(message),
        Failure::Failed(message) => {
            Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: Cow::Owned(message), data: None }
        }
    }
}

fn change_error(uri: &lsp::Uri, error: &ChangeError) -> String {
    match error {
        ChangeError::NotOpen => format!("A change of `{uri}` was ignored: the document was never opened"),
        ChangeError::Stale { have, got } => {
            format!("A change of `{uri}` was ignored: its version {got} does not follow {have}, reopen the document")
        }
    }
}
