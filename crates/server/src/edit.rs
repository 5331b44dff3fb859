//! Workspace edits in the richest form that the client takes.

use crate::{backend::lsp, documents::Snapshot, session::Session};
use solwright_syntax::Span;
use std::collections::HashMap;

/// Name under which an edit's label is filed.
const ANNOTATION: &str = "solwright";

/// What a user reads beside an edit.
#[derive(Clone, Debug)]
pub struct Label {
    /// What the edit does.
    pub title: String,
    /// More of it.
    pub description: Option<String>,
}

/// An edit of `document` that is void once the document changes, where the client can tell.
pub fn workspace_edit(
    session: &Session,
    document: &Snapshot,
    edits: Vec<(Span, String)>,
    label: Option<Label>,
) -> lsp::WorkspaceEdit {
    let view = document.view(session.encoding);
    let edits = edits.into_iter().map(|(span, new_text)| lsp::TextEdit { range: view.range(span), new_text });
    if !session.versioned_edits {
        let changes = HashMap::from([(document.uri.clone(), edits.collect())]);
        return lsp::WorkspaceEdit { changes: Some(changes), ..Default::default() };
    }
    let label = label.filter(|_| session.annotated_edits);
    let edits = edits.map(|text_edit| match &label {
        Some(_) => lsp::Edit::AnnotatedTextEdit(lsp::AnnotatedTextEdit { annotation_id: ANNOTATION.into(), text_edit }),
        None => lsp::Edit::TextEdit(text_edit),
    });
    let text_document = lsp::OptionalVersionedTextDocumentIdentifier {
        version: Some(document.version),
        text_document_identifier: lsp::TextDocumentIdentifier { uri: document.uri.clone() },
    };
    let change = lsp::TextDocumentEdit { text_document, edits: edits.collect() };
    let annotate = |label: Label| {
        let annotation =
            lsp::ChangeAnnotation { label: label.title, needs_confirmation: None, description: label.description };
        HashMap::from([(ANNOTATION.into(), annotation)])
    };
    lsp::WorkspaceEdit {
        document_changes: Some(vec![lsp::DocumentChange::TextDocumentEdit(change)]),
        change_annotations: label.map(annotate),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Content;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn edit(session: &Session) -> Value {
        let content = Arc::new(Content::new("contract A {}".into()));
        let document = Snapshot { uri: "file:///A.sol".into(), version: 3, path: None, content };
        let label = Label { title: "Generate `f`".into(), description: None };
        let edit = workspace_edit(session, &document, vec![(Span::new(9, 10), "B".into())], Some(label));
        serde_json::to_value(edit).unwrap()
    }

    #[test]
    fn a_client_of_today_gets_the_version_and_the_label() {
        let session = Session { versioned_edits: true, annotated_edits: true, ..Session::default() };
        let range = json!({"start": {"line": 0, "character": 9}, "end": {"line": 0, "character": 10}});
        let wanted = json!({
            "documentChanges": [{
                "textDocument": {"uri": "file:///A.sol", "version": 3},
                "edits": [{"annotationId": "solwright", "range": range, "newText": "B"}],
            }],
            "changeAnnotations": {"solwright": {"label": "Generate `f`"}},
        });
        assert_eq!(edit(&session), wanted);
    }

    #[test]
    fn an_old_client_gets_plain_changes() {
        assert_eq!(edit(&Session::default())["changes"]["file:///A.sol"][0]["newText"], "B");
    }
}
