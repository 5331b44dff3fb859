//! Between the protocol's types and ours: positions, ranges, addresses of files.

use crate::backend::lsp;
use solwright_syntax::{LineIndex, Position, PositionEncoding, Span};
use std::path::{Path, PathBuf};

/// How columns count: UTF-8 when the client offers it, for it costs nothing, else the protocol's default.
pub fn negotiate(offered: Option<&[lsp::PositionEncodingKind]>) -> PositionEncoding {
    let offered = offered.unwrap_or_default();
    let has = |kind: lsp::PositionEncodingKind| offered.contains(&kind);
    if has(lsp::PositionEncodingKind::UTF8) {
        PositionEncoding::Utf8
    } else if has(lsp::PositionEncodingKind::UTF16) || !has(lsp::PositionEncodingKind::UTF32) {
        PositionEncoding::Utf16
    } else {
        PositionEncoding::Utf32
    }
}

/// The protocol's name of an encoding.
pub fn encoding_to_proto(encoding: PositionEncoding) -> lsp::PositionEncodingKind {
    match encoding {
        PositionEncoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        PositionEncoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        PositionEncoding::Utf32 => lsp::PositionEncodingKind::UTF32,
    }
}

/// A text with its lines, seen through the client's encoding.
#[derive(Clone, Copy)]
pub struct TextView<'a> {
    /// The text.
    pub text: &'a str,
    /// Its lines.
    pub lines: &'a LineIndex,
    /// How the client counts columns.
    pub encoding: PositionEncoding,
}

impl TextView<'_> {
    /// Byte offset of a position; what lies outside the text is moved to its nearest end.
    pub fn offset(self, position: lsp::Position) -> usize {
        let position = Position { line: position.line, character: position.character };
        self.lines.offset(self.text, position, self.encoding)
    }

    /// Bytes of a range; a reversed range counts as its forward twin.
    pub fn span(self, range: lsp::Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start.min(end), start.max(end))
    }

    /// Position of a byte offset.
    pub fn position(self, offset: usize) -> lsp::Position {
        let Position { line, character } = self.lines.position(self.text, offset, self.encoding);
        lsp::Position { line, character }
    }

    /// Range of some bytes.
    pub fn range(self, span: Span) -> lsp::Range {
        lsp::Range { start: self.position(span.start), end: self.position(span.end) }
    }
}

/// The path behind a `file:` address; `None` for every other scheme and for what is no address at all.
pub fn path_from_uri(uri: &lsp::Uri) -> Option<PathBuf> {
    let rest = strip_scheme(&uri.0, "file://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    if !(host.is_empty() || host.eq_ignore_ascii_case("localhost") || cfg!(windows)) {
        return None;
    }
    let path = percent_decode(path.split(['?', '#']).next()?)?;
    if cfg!(windows) { Some(windows_path(host, &path)) } else { Some(path.into()) }
}

/// The `file:` address of a path.
pub fn uri_from_path(path: &Path) -> lsp::Uri {
    let text = path.to_string_lossy().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    let mut uri = format!("file://{slash}");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b'@' | b'+' => {
                uri.push(byte as char)
            }
            b':' if cfg!(windows) => uri.push(':'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.into()
}

/// Whether the document lives in the editor alone (`untitled:`), to be analysed all the same.
pub fn is_untitled(uri: &lsp::Uri) -> bool {
    strip_scheme(&uri.0, "untitled:").is_some()
}

fn strip_scheme<'u>(uri: &'u str, scheme: &str) -> Option<&'u str> {
    let head = uri.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| &uri[scheme.len()..])
}

/// `None` when a `%` lacks its digits or the bytes are no UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || (rest.next()? as char).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn windows_path(host: &str, path: &str) -> PathBuf {
    let is_drive = path.as_bytes().get(2) == Some(&b':');
    let path = path.replace('/', "\\");
    match (host, is_drive) {
        ("", true) => path[1..].into(),
        ("", false) => path.into(),
        (host, _) => format!("\\\\{host}{path}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_way_to_an_address_and_back() {
        for path in ["/a/b.sol", "/with space/ü/Vault#1.sol", "/percent%41?.sol"] {
            let uri = uri_from_path(Path::new(path));
            assert_eq!(path_from_uri(&uri), Some(path.into()), "{uri:?}");
        }
    }

    #[test]
    fn editors_escape_more_than_they_must() {
        assert_eq!(path_from_uri(&"file:///a%2Fb%3a.sol".into()), Some("/a/b:.sol".into()));
        assert_eq!(path_from_uri(&"FILE://localhost/a.sol".into()), Some("/a.sol".into()));
    }

    #[test]
    fn other_schemes_and_broken_addresses_have_no_path() {
        for uri in ["untitled:Untitled-1", "git:/a.sol", "file:", "file://", "", "file:///%zz", "file:///%f", "é"] {
            assert_eq!(path_from_uri(&uri.into()), None, "{uri}");
        }
        assert!(is_untitled(&"untitled:Untitled-1".into()) && !is_untitled(&"git:/a.sol".into()));
    }

    #[test]
    fn utf_8_is_preferred_and_utf_16_is_the_default() {
        use lsp::PositionEncodingKind as Kind;
        assert_eq!(negotiate(None), PositionEncoding::Utf16);
        assert_eq!(negotiate(Some(&[Kind::UTF16, Kind::UTF8])), PositionEncoding::Utf8);
        assert_eq!(negotiate(Some(&[Kind::UTF32])), PositionEncoding::Utf32);
        assert_eq!(negotiate(Some(&[Kind::UTF32, Kind::UTF16])), PositionEncoding::Utf16);
    }

    #[test]
    fn positions_outside_the_text_are_moved_inside() {
        let text = "a\nü𝄞b";
        let lines = LineIndex::new(text);
        let view = TextView { text, lines: &lines, encoding: PositionEncoding::Utf16 };
        assert_eq!(view.offset(lsp::Position { line: 99, character: 99 }), text.len());
        assert_eq!(view.offset(lsp::Position { line: 1, character: 3 }), text.len() - 1);
        let reversed =
            lsp::Range { start: lsp::Position { line: 1, character: 1 }, end: lsp::Position { line: 0, character: 0 } };
        assert_eq!(view.span(reversed), Span::new(0, 4));
    }
}
