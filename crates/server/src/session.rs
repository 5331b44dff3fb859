//! What the client said about itself when it connected.

use crate::{
    backend::lsp,
    convert::{negotiate, path_from_uri},
};
use solwright_syntax::PositionEncoding;
use std::path::PathBuf;

/// The client's abilities, as far as an answer depends on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// How columns count.
    pub encoding: PositionEncoding,
    /// Hovers may be Markdown.
    pub markdown: bool,
    /// Code actions may say that a language model stands behind them.
    pub tags_llm: bool,
    /// Edits may carry the version they are for.
    pub versioned_edits: bool,
    /// Edits may carry a label.
    pub annotated_edits: bool,
    /// The server may edit documents.
    pub applies_edits: bool,
    /// The server may open progress of its own.
    pub shows_progress: bool,
    /// Settings can be asked for.
    pub has_configuration: bool,
    /// Files can be watched for the server.
    pub watches_files: bool,
    /// Related places of a diagnostic are shown.
    pub related_information: bool,
    /// Folders of the workspace, the first one first.
    pub roots: Vec<PathBuf>,
}

impl Session {
    /// Reads the client's `initialize` request.
    pub fn new(params: &lsp::InitializeParams) -> Self {
        let all = &params.capabilities;
        let text_document = all.text_document.as_ref();
        let workspace = all.workspace.as_ref();
        let edit = workspace.and_then(|w| w.workspace_edit.as_ref());
        let diagnostics = text_document.and_then(|t| t.publish_diagnostics.as_ref());
        let hover = text_document.and_then(|t| t.hover.as_ref()?.content_format.as_ref());
        let tags = text_document.and_then(|t| t.code_action.as_ref()?.tag_support.as_ref());
        let encodings = all.general.as_ref().and_then(|g| g.position_encodings.as_deref());
        Self {
            encoding: negotiate(encodings),
            markdown: hover.is_some_and(|formats| formats.contains(&lsp::MarkupKind::Markdown)),
            tags_llm: tags.is_some_and(|tags| tags.value_set.contains(&lsp::CodeActionTag::LLMGenerated)),
            versioned_edits: edit.is_some_and(|e| e.document_changes == Some(true)),
            annotated_edits: edit.is_some_and(|e| e.change_annotation_support.is_some()),
            applies_edits: workspace.is_some_and(|w| w.apply_edit == Some(true)),
            shows_progress: all.window.as_ref().is_some_and(|w| w.work_done_progress == Some(true)),
            has_configuration: workspace.is_some_and(|w| w.configuration == Some(true)),
            watches_files: workspace
                .and_then(|w| w.did_change_watched_files.as_ref())
                .is_some_and(|watched| watched.dynamic_registration == Some(true)),
            related_information: diagnostics
                .is_some_and(|d| d.diagnostics_capabilities.related_information == Some(true)),
            roots: roots(params),
        }
    }

    /// The folder that unsaved documents count to.
    pub fn home(&self) -> PathBuf {
        self.roots.first().cloned().or_else(|| std::env::current_dir().ok()).unwrap_or_else(std::env::temp_dir)
    }
}

fn roots(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    match &params.workspace_folders_initialize_params.workspace_folders {
        Some(lsp::WorkspaceFolders::WorkspaceFolderList(folders)) if !folders.is_empty() => {
            folders.iter().filter_map(|folder| path_from_uri(&folder.uri)).collect()
        }
        // Clients of before 2017 send one root only.
        #[expect(deprecated)]
        _ => params.root_uri.iter().filter_map(path_from_uri).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(params: serde_json::Value) -> Session {
        Session::new(&serde_json::from_value(params).unwrap())
    }

    #[test]
    fn a_client_that_says_nothing_gets_the_protocol_s_defaults() {
        let session = session(json!({"processId": null, "rootUri": null, "capabilities": {}}));
        assert_eq!(session, Session { encoding: PositionEncoding::Utf16, ..Session::default() });
    }

    #[test]
    fn abilities_are_read_where_the_protocol_puts_them() {
        let session = session(json!({
            "processId": 1,
            "rootUri": "file:///old",
            "workspaceFolders": [{"uri": "file:///p", "name": "p"}],
            "capabilities": {
                "general": {"positionEncodings": ["utf-8", "utf-16"]},
                "window": {"workDoneProgress": true},
                "workspace": {
                    "applyEdit": true,
                    "configuration": true,
                    "didChangeWatchedFiles": {"dynamicRegistration": true},
                    "workspaceEdit": {"documentChanges": true, "changeAnnotationSupport": {}},
                },
                "textDocument": {
                    "hover": {"contentFormat": ["markdown"]},
                    "codeAction": {"tagSupport": {"valueSet": [1]}},
                    "publishDiagnostics": {"relatedInformation": true},
                },
            },
        }));
        let all = Session {
            encoding: PositionEncoding::Utf8,
            markdown: true,
            tags_llm: true,
            versioned_edits: true,
            annotated_edits: true,
            applies_edits: true,
            shows_progress: true,
            has_configuration: true,
            watches_files: true,
            related_information: true,
            roots: vec!["/p".into()],
        };
        assert_eq!(session, all);
    }
}
