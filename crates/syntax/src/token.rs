//! The few kinds of token that the outline has to tell apart.

use crate::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenKind {
    /// An identifier or a keyword.
    Word,
    /// A number or a string.
    Literal,
    /// One byte of punctuation; anything outside of ASCII is `0`.
    Punct(u8),
    /// `/// …` or `/** … */`.
    Doc,
    /// Any other comment.
    Comment,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// The text with a space in the place of every comment; what looks like one in a string stays.
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for token in tokens(text).filter(|token| matches!(token.kind, TokenKind::Doc | TokenKind::Comment)) {
        out.push_str(Span::new(at, token.span.start).text(text));
        out.push(' ');
        at = token.span.end;
    }
    out.push_str(Span::new(at, text.len()).text(text));
    out
}

/// The words and signs of a text in order, without white space and comments.
pub fn code_tokens(text: &str) -> impl Iterator<Item = &str> {
    code_spans(text).map(|span| span.text(text))
}

/// Where the words and signs of a text stand, in order, without white space and comments.
pub fn code_spans(text: &str) -> impl Iterator<Item = Span> + '_ {
    let code = tokens(text).filter(|token| !matches!(token.kind, TokenKind::Doc | TokenKind::Comment));
    code.map(|token| token.span)
}

/// Every token of the text in order. White space is what lies between; nothing is ever an error.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].bytes().take_while(u8::is_ascii_whitespace).count();
        let rest = &text[at..];
        let (kind, len) = first_token(rest)?;
        let span = Span::new(at, at + len);
        at = span.end;
        Some(Token { kind, span })
    })
}

fn first_token(rest: &str) -> Option<(TokenKind, usize)> {
    let first = rest.chars().next()?;
    let bytes = rest.as_bytes();
    Some(match first {
        '/' if rest.starts_with("//") => line_comment(rest),
        '/' if rest.starts_with("/*") => block_comment(rest),
        '"' | '\'' => (TokenKind::Literal, string_len(bytes)),
        'a'..='z' | 'A'..='Z' | '_' | '$' => (TokenKind::Word, word_len(bytes)),
        '0'..='9' => (TokenKind::Literal, word_len(bytes)),
        c if c.is_ascii() => (TokenKind::Punct(bytes[0]), 1),
        c => (TokenKind::Punct(0), c.len_utf8()),
    })
}

fn line_comment(rest: &str) -> (TokenKind, usize) {
    let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let doc = rest.starts_with("///") && !rest.starts_with("////");
    (if doc { TokenKind::Doc } else { TokenKind::Comment }, len)
}

fn block_comment(rest: &str) -> (TokenKind, usize) {
    let len = rest.get(2..).and_then(|body| body.find("*/")).map_or(rest.len(), |at| at + 4);
    let doc = rest.starts_with("/**") && len > 4;
    (if doc { TokenKind::Doc } else { TokenKind::Comment }, len)
}

/// A string ends at its quote, or at the end of the line when the quote is missing.
fn string_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 1,
            b'\n' | b'\r' => return at,
            _ if byte == bytes[0] => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn word_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_word_byte(**byte)).count()
}

/// Whether the byte can stand in an identifier.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = tokens(text).map(|token| token.span.text(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn braces_in_comments_and_strings_are_not_braces() {
        check("f { // }\n\"}\" '\\'}' /* } */ }", &["f", "{", "// }", "\"}\"", "'\\'}'", "/* } */", "}"]);
    }

    #[test]
    fn open_strings_end_with_the_line_and_open_comments_with_the_file() {
        check("\"a\nb", &["\"a", "b"]);
        check("\"a\\\nb \"\\é", &["\"a\\", "b", "\"\\é"]);
        check("/* a\nb", &["/* a\nb"]);
        check("/*/", &["/*/"]);
    }

    #[test]
    fn documentation_is_three_slashes_or_two_stars() {
        let kinds = |text: &str| tokens(text).map(|token| token.kind).collect::<Vec<_>>();
        assert_eq!(kinds("/// a\n/** b */"), [TokenKind::Doc, TokenKind::Doc]);
        assert_eq!(kinds("// a\n//// b\n/**/ /* c */"), [TokenKind::Comment; 4]);
    }

    #[test]
    fn any_unicode_is_read_to_the_end() {
        check("é🦊 x\u{a0}y", &["é", "🦊", "x", "\u{a0}", "y"]);
    }
}
