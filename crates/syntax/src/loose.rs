//! Statements that stand outside of any function, as in a snippet that was pasted a moment ago.

use crate::{
    Span,
    token::{TokenKind, tokens},
};

/// Words that a declaration begins with, and whether it may end with a brace.
const DECLARATIONS: [(&str, bool); 20] = [
    ("abstract", true),
    ("constructor", true),
    ("contract", true),
    ("enum", true),
    ("error", false),
    ("event", false),
    ("fallback", true),
    ("function", true),
    ("import", false),
    ("interface", true),
    ("layout", true),
    ("library", true),
    ("mapping", false),
    ("modifier", true),
    ("pragma", false),
    ("receive", true),
    ("struct", true),
    ("type", false),
    ("using", false),
    ("var", false),
];
/// Words that no statement has outside of its parentheses.
const OF_STATE: [&str; 7] = ["constant", "external", "immutable", "internal", "private", "public", "transient"];

/// Places of the statements outside of contracts and functions, in order. The pieces of one statement may be several.
pub fn loose_statements(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    // The piece at hand: where it begins, whether it is a statement, whether a brace ends it.
    let mut piece: Option<(usize, bool, bool)> = None;
    for token in tokens(text).filter(|token| !matches!(token.kind, TokenKind::Doc | TokenKind::Comment)) {
        let word = token.span.text(text);
        let declaration = DECLARATIONS.iter().find(|known| known.0 == word).map(|known| known.1);
        let (start, is_statement, ends_by_brace) =
            piece.get_or_insert((token.span.start, declaration.is_none(), declaration.unwrap_or(true)));
        *is_statement &= depth > 0 || !OF_STATE.contains(&word);
        match token.kind {
            TokenKind::Punct(b'{' | b'(' | b'[') => depth += 1,
            TokenKind::Punct(b'}' | b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = depth == 0 && (word == ";" || word == "}" && *ends_by_brace);
        if ends {
            found.extend(is_statement.then_some(Span::new(*start, token.span.end)));
            piece = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = loose_statements(text).into_iter().map(|span| span.text(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn statements_beside_declarations_are_told_apart() {
        check(
            "pragma solidity ^0.8.0; import {A} from \"a.sol\"; uint constant X = 1; a = b; contract C { uint d; } f();",
            &["a = b;", "f();"],
        );
    }

    #[test]
    fn options_of_a_call_end_a_piece_and_lose_nothing() {
        check(
            "(bool ok, ) = a.call{value: 1}(\"\"); if (ok) { b(); }",
            &["(bool ok, ) = a.call{value: 1}", "(\"\");", "if (ok) { b(); }"],
        );
    }

    #[test]
    fn a_statement_that_is_still_typed_is_none() {
        check("a = (b; c", &[]);
    }
}
