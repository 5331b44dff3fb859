//! Inline completion (LSP 3.18): ghost text at the cursor, from the text on both sides of it.

use crate::{
    backend::lsp,
    convert::TextView,
    ghost::ghost_text,
    state::{CancelOnDrop, Failure, State},
};
use solwright_analysis::project::{Project, Sources};
use solwright_generate::{Cancel, CompleteRequest, complete as engine_complete};
use solwright_syntax::Span;
use std::{path::PathBuf, sync::Arc, time::Duration};

/// Ghost text that comes later than this stands where the user no longer looks.
const AUTOMATIC_DEADLINE: Duration = Duration::from_millis(1_500);

/// Who asked by a key waits longer.
const INVOKED_DEADLINE: Duration = Duration::from_secs(5);

const MAX_TOKENS: usize = 128;

/// At most one item; none when there is nothing sensible, when the engine is not ready, or when a newer request came.
pub async fn complete(
    state: &Arc<State>,
    params: lsp::InlineCompletionParams,
) -> Result<Vec<lsp::InlineCompletionItem>, Failure> {
    let config = state.config();
    let is_automatic = params.context.trigger_kind == lsp::InlineCompletionTriggerKind::Automatic;
    if !config.inline_completion {
        return Ok(Vec::new());
    }
    let number = state.next_completion();
    if is_automatic {
        tokio::time::sleep(config.debounce).await;
    }
    let at = &params.text_document_position_params;
    let document = state.documents.snapshot(&at.text_document.uri);
    let Some(document) = document.filter(|d| state.is_newest_completion(number) && d.content.parsed().is_some()) else {
        return Ok(Vec::new());
    };
    let deadline = if is_automatic { AUTOMATIC_DEADLINE } else { INVOKED_DEADLINE };
    let view = document.view(state.session().encoding);
    let cursor = Cursor::new(view, at.position, params.context.selected_completion_info);
    let (text, offset) = (cursor.text(), cursor.offset());
    let continuation = match state.typed_through.rest(&text, offset) {
        Some(rest) => Some(rest),
        None => {
            let fresh = continuation(state, document.path.clone(), &text, offset, deadline).await?;
            fresh.inspect(|fresh| state.typed_through.keep(&text, offset, fresh))
        }
    };
    let text = continuation.and_then(|text| ghost_text(&text, cursor.after));
    Ok(text.into_iter().map(|text| cursor.item(text)).collect())
}

/// What the model would write at the cursor; `None` when it cannot or does not in time.
async fn continuation(
    state: &Arc<State>,
    path: Option<PathBuf>,
    text: &str,
    offset: usize,
    deadline: Duration,
) -> Result<Option<String>, Failure> {
    let engine = state.tools().engine(&state.config());
    if engine.status().state != "ready" {
        return Ok(None);
    }
    let cancel = Cancel::new();
    let _guard = CancelOnDrop(cancel.clone());
    let (text, shared) = (text.to_owned(), Arc::clone(state));
    let work = state.blocking(move || {
        let sources = match path {
            Some(path) => Project::discover(&path).load(&path, &text, &shared.documents.files()),
            None => Sources::of_text("", &text),
        };
        let request = CompleteRequest::new(sources, offset, MAX_TOKENS, deadline);
        engine_complete(&engine, &shared.bodies, &request, &cancel)
    });
    match tokio::time::timeout(deadline, work).await {
        Ok(Ok(Ok(completion))) => Ok(Some(completion.text)),
        Ok(Ok(Err(error))) => {
            state.log(lsp::MessageType::Warning, format!("Inline completion: {error}"));
            Ok(None)
        }
        Ok(Err(bug)) => Err(bug),
        Err(_) => Ok(None),
    }
}

/// The cursor, as if the entry that the completion menu has selected were typed already.
struct Cursor<'d> {
    text: &'d str,
    /// What the selected entry replaces; empty without one.
    word: Span,
    selected: String,
    /// The rest of the line.
    after: &'d str,
    /// What an accepted item replaces: the word and the rest of the line.
    range: lsp::Range,
}

impl<'d> Cursor<'d> {
    fn new(view: TextView<'d>, position: lsp::Position, selected: Option<lsp::SelectedCompletionInfo>) -> Self {
        let at = view.offset(position);
        let (word, selected) = match selected {
            Some(info) => (view.span(info.range), info.text),
            None => (Span::new(at, at), String::new()),
        };
        let line_end = view.lines.line_span(view.lines.line_of(word.end)).end.max(word.end);
        let range = view.range(Span::new(word.start, line_end));
        Self { text: view.text, word, selected, after: Span::new(word.end, line_end).text(view.text), range }
    }

    /// The text with the selected entry in it.
    fn text(&self) -> String {
        format!("{}{}{}", &self.text[..self.word.start], self.selected, &self.text[self.word.end..])
    }

    fn offset(&self) -> usize {
        self.word.start + self.selected.len()
    }

    fn item(&self, text: String) -> lsp::InlineCompletionItem {
        let insert_text = lsp::InsertText::String(format!("{}{text}", self.selected));
        lsp::InlineCompletionItem { insert_text, filter_text: None, range: Some(self.range), command: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_syntax::{LineIndex, PositionEncoding};

    fn position(character: u32) -> lsp::Position {
        lsp::Position { line: 1, character }
    }

    #[track_caller]
    fn check(selected: Option<lsp::SelectedCompletionInfo>, text: &str, offset: usize, item: serde_json::Value) {
        let before = "// é\n  req(a);\n}";
        let lines = LineIndex::new(before);
        let view = TextView { text: before, lines: &lines, encoding: PositionEncoding::Utf16 };
        let cursor = Cursor::new(view, position(5), selected);
        assert_eq!((cursor.text().as_str(), cursor.offset()), (text, offset));
        assert_eq!(serde_json::to_value(cursor.item("(b);".into())).unwrap(), item);
    }

    #[test]
    fn an_item_replaces_the_rest_of_its_line() {
        let range = serde_json::json!({"start": position(5), "end": position(9)});
        check(None, "// é\n  req(a);\n}", 11, serde_json::json!({"insertText": "(b);", "range": range}));
    }

    #[test]
    fn an_item_extends_what_the_menu_has_selected() {
        let word = lsp::Range { start: position(2), end: position(5) };
        let selected = lsp::SelectedCompletionInfo { range: word, text: "require".into() };
        let range = serde_json::json!({"start": position(2), "end": position(9)});
        let item = serde_json::json!({"insertText": "require(b);", "range": range});
        check(Some(selected), "// é\n  require(a);\n}", 15, item);
    }
}
