//! Open documents: the client owns their text, and this is its mirror, edit by edit.

use crate::{
    backend::lsp,
    convert::{TextView, is_untitled, path_from_uri},
};
use dashmap::DashMap;
use solwright_analysis::project::{DiskFiles, Overlay};
use solwright_syntax::{Document, LineIndex, PositionEncoding, Span};
use std::{path::PathBuf, sync::Arc};

/// Texts above this size are kept in step but not parsed: no contract is that long, and each key press would stall.
pub const MAX_ANALYSED_BYTES: usize = 1024 * 1024;

/// Every open document, by address.
#[derive(Default)]
pub struct Documents(DashMap<lsp::Uri, Snapshot>);

/// One document at one version. Cheap to clone; later edits do not touch a clone.
#[derive(Clone)]
pub struct Snapshot {
    /// Its address.
    pub uri: lsp::Uri,
    /// The client's count of its changes.
    pub version: i32,
    /// Where it is, or would be, on disk; `None` for documents of other schemes, which are not analysed.
    pub path: Option<PathBuf>,
    /// Its text.
    pub content: Arc<Content>,
}

/// The text of a document, parsed when its size allows.
pub enum Content {
    /// With its tree.
    Parsed(Document),
    /// Too long to parse.
    Large {
        /// The text.
        text: String,
        /// Its lines.
        lines: LineIndex,
    },
}

/// Why a change was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// The document was never opened.
    NotOpen,
    /// The version does not grow.
    Stale {
        /// The version at hand.
        have: i32,
        /// The version of the change.
        got: i32,
    },
}

impl Documents {
    /// Takes over a document's text. `home` is the folder that an unsaved document counts to.
    pub fn open(&self, item: lsp::TextDocumentItem, home: &std::path::Path) {
        let path = path_from_uri(&item.uri).or_else(|| is_untitled(&item.uri).then(|| untitled_path(&item.uri, home)));
        let content = Arc::new(Content::new(item.text));
        let snapshot = Snapshot { uri: item.uri.clone(), version: item.version, path, content };
        self.0.insert(item.uri, snapshot);
    }

    /// Applies a change's edits in order.
    pub fn change(
        &self,
        params: lsp::DidChangeTextDocumentParams,
        encoding: PositionEncoding,
    ) -> Result<(), ChangeError> {
        let got = params.text_document.version;
        let uri = &params.text_document.text_document_identifier.uri;
        let mut document = self.0.get_mut(uri).ok_or(ChangeError::NotOpen)?;
        if got <= document.version {
            return Err(ChangeError::Stale { have: document.version, got });
        }
        for change in params.content_changes {
            document.apply(change, encoding);
        }
        document.version = got;
        Ok(())
    }

    /// Forgets a document.
    pub fn close(&self, uri: &lsp::Uri) {
        self.0.remove(uri);
    }

    /// The document as it is now.
    pub fn snapshot(&self, uri: &lsp::Uri) -> Option<Snapshot> {
        self.0.get(uri).map(|document| document.clone())
    }

    /// The version the document has now.
    pub fn version(&self, uri: &lsp::Uri) -> Option<i32> {
        self.0.get(uri).map(|document| document.version)
    }

    /// Addresses of all open documents.
    pub fn uris(&self) -> Vec<lsp::Uri> {
        self.0.iter().map(|document| document.uri.clone()).collect()
    }

    /// All files as the user sees them: unsaved buffers above the disk.
    pub fn files(&self) -> Overlay<DiskFiles> {
        let text = |document: &Snapshot| Some((document.path.clone()?, Arc::from(document.content.text())));
        Overlay { texts: self.0.iter().filter_map(|document| text(&document)).collect(), below: DiskFiles }
    }
}

impl Snapshot {
    /// The text through the client's encoding.
    pub fn view(&self, encoding: PositionEncoding) -> TextView<'_> {
        TextView { text: self.content.text(), lines: self.content.lines(), encoding }
    }

    fn apply(&mut self, change: lsp::TextDocumentContentChangeEvent, encoding: PositionEncoding) {
        use lsp::TextDocumentContentChangeEvent::{
            TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument,
        };
        match change {
            TextDocumentContentChangeWholeDocument(whole) => self.content = Arc::new(Content::new(whole.text)),
            TextDocumentContentChangePartial(part) => {
                let span = self.view(encoding).span(part.range);
                match Arc::get_mut(&mut self.content) {
                    Some(content) => content.edit(span, &part.text),
                    None => self.content = Arc::new(self.content.with_edit(span, &part.text)),
                }
            }
        }
    }
}

impl Content {
    /// Parses the text, unless it is too long.
    pub fn new(text: String) -> Self {
        if text.len() > MAX_ANALYSED_BYTES {
            let lines = LineIndex::new(&text);
            return Self::Large { text, lines };
        }
        Self::Parsed(Document::parse(text))
    }

    /// The text.
    pub fn text(&self) -> &str {
        match self {
            Self::Parsed(document) => document.text(),
            Self::Large { text, .. } => text,
        }
    }

    /// Its lines.
    pub fn lines(&self) -> &LineIndex {
        match self {
            Self::Parsed(document) => document.lines(),
            Self::Large { lines, .. } => lines,
        }
    }

    /// The parsed document; `None` when it is too long.
    pub fn parsed(&self) -> Option<&Document> {
        match self {
            Self::Parsed(document) => Some(document),
            Self::Large { .. } => None,
        }
    }

    fn edit(&mut self, span: Span, new_text: &str) {
        match self {
            Self::Parsed(document) if document.text().len() + new_text.len() <= MAX_ANALYSED_BYTES => {
                document.edit(span, new_text);
            }
            _ => *self = self.with_edit(span, new_text),
        }
    }

    fn with_edit(&self, span: Span, new_text: &str) -> Self {
        match self {
            Self::Parsed(document) if document.text().len() + new_text.len() <= MAX_ANALYSED_BYTES => {
                Self::Parsed(document.with_edit(span, new_text))
            }
            _ => {
                let mut text = self.text().to_owned();
                text.replace_range(span.clamped(&text).range(), new_text);
                Self::new(text)
            }
        }
    }
}

/// A file name for a document that has none yet, so that its imports resolve as they will once it is saved.
fn untitled_path(uri: &lsp::Uri, home: &std::path::Path) -> PathBuf {
    let name = uri.0.rsplit([':', '/', '\\']).next().unwrap_or_default();
    let name = if name.is_empty() { "Untitled" } else { name };
    let suffix = if name.ends_with(".sol") { "" } else { ".sol" };
    home.join(format!("{name}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn open(text: &str) -> (Documents, lsp::Uri) {
        let documents = Documents::default();
        let uri = lsp::Uri::from("file:///A.sol");
        let language_id = lsp::LanguageKind::new("solidity");
        documents.open(
            lsp::TextDocumentItem { uri: uri.clone(), language_id, version: 1, text: text.into() },
            Path::new("/"),
        );
        (documents, uri)
    }

    fn edit(
        uri: &lsp::Uri,
        version: i32,
        (line, character): (u32, u32),
        length: u32,
        text: &str,
    ) -> lsp::DidChangeTextDocumentParams {
        let value = serde_json::json!({
            "textDocument": {"uri": uri.0, "version": version},
            "contentChanges": [{
                "range": {"start": {"line": line, "character": character}, "end": {"line": line, "character": character + length}},
                "text": text,
            }],
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_snapshot_keeps_its_text_while_the_document_goes_on() {
        let (documents, uri) = open("contract A {}");
        let before = documents.snapshot(&uri).unwrap();
        documents.change(edit(&uri, 2, (0, 9), 1, "B"), PositionEncoding::Utf16).unwrap();
        assert_eq!(before.content.text(), "contract A {}");
        assert_eq!(documents.snapshot(&uri).unwrap().content.text(), "contract B {}");
    }

    #[test]
    fn columns_count_in_the_client_s_unit() {
        for (encoding, character) in
            [(PositionEncoding::Utf8, 7), (PositionEncoding::Utf16, 5), (PositionEncoding::Utf32, 4)]
        {
            let (documents, uri) = open("// 𝄞x");
            documents.change(edit(&uri, 2, (0, character), 1, "y"), encoding).unwrap();
            assert_eq!(documents.snapshot(&uri).unwrap().content.text(), "// 𝄞y", "{encoding:?}");
        }
    }

    #[test]
    fn versions_must_grow_and_documents_be_open() {
        let (documents, uri) = open("a");
        let stale = documents.change(edit(&uri, 1, (0, 0), 0, "b"), PositionEncoding::Utf16);
        assert_eq!(stale, Err(ChangeError::Stale { have: 1, got: 1 }));
        let unknown = documents.change(edit(&"file:///B.sol".into(), 2, (0, 0), 0, "b"), PositionEncoding::Utf16);
        assert_eq!(unknown, Err(ChangeError::NotOpen));
        assert_eq!(documents.snapshot(&uri).unwrap().content.text(), "a");
    }

    #[test]
    fn a_text_too_long_to_parse_is_kept_in_step_and_parsed_again_when_it_shrinks() {
        let (documents, uri) = open(&" ".repeat(MAX_ANALYSED_BYTES + 1));
        assert!(documents.snapshot(&uri).unwrap().content.parsed().is_none());
        documents.change(edit(&uri, 2, (0, 0), 1, "contract A {}"), PositionEncoding::Utf8).unwrap();
        assert!(documents.snapshot(&uri).unwrap().content.text().starts_with("contract A {} "));
        documents.change(edit(&uri, 3, (0, 13), MAX_ANALYSED_BYTES as u32, ""), PositionEncoding::Utf8).unwrap();
        let content = documents.snapshot(&uri).unwrap().content;
        assert_eq!((content.text(), content.parsed().is_some()), ("contract A {}", true));
    }

    #[test]
    fn an_unsaved_document_has_the_path_it_would_get() {
        assert_eq!(untitled_path(&"untitled:Untitled-1".into(), Path::new("/p")), Path::new("/p/Untitled-1.sol"));
        assert_eq!(untitled_path(&"untitled:/a/B.sol".into(), Path::new("/p")), Path::new("/p/B.sol"));
    }
}
