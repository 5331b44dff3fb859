//! Whether a body says anything.

use crate::token::{Token, TokenKind, tokens};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BodyState {
    /// Nothing but white space.
    Empty,
    /// Nothing but comments, none of which says why.
    Commented,
    /// A note that it is still to be written.
    Todo,
    /// Code, or a comment that says the emptiness is meant.
    Written,
}

/// Words in a comment or an error's name that mean "still to be written".
const TODO: [&str; 7] = ["todo", "fixme", "xxx", "implement", "unimplemented", "your code", "placeholder"];

/// Words in a comment that mean "nothing is to be written".
const DELIBERATE: [&str; 8] =
    ["intentional", "deliberate", "on purpose", "no-op", "noop", "no-empty-blocks", "slither-disable", "do nothing"];

/// Reads a body with its braces; the closing one is missing when `is_closed` is false.
pub(super) fn state(body: &str, is_closed: bool) -> BodyState {
    let inner = body.strip_prefix('{').unwrap_or(body);
    let inner = if is_closed { inner.strip_suffix('}').unwrap_or(inner) } else { inner };
    let is_comment = |token: &Token| matches!(token.kind, TokenKind::Doc | TokenKind::Comment);
    // A stub holds a handful of tokens; a long body is judged by its first ones.
    let (comments, code): (Vec<_>, Vec<_>) = tokens(inner).take(MOST_TOKENS).partition(is_comment);
    let code: Vec<_> = code.iter().map(|token| token.span.text(inner)).collect();
    let says = |words: &[&str]| comments.iter().any(|comment| mentions(comment.span.text(inner), words));
    match code.as_slice() {
        [] if comments.is_empty() => BodyState::Empty,
        [] if says(&DELIBERATE) => BodyState::Written,
        [] if says(&TODO) => BodyState::Todo,
        [] => BodyState::Commented,
        code if reverts_as_unwritten(code) => BodyState::Todo,
        _ => BodyState::Written,
    }
}

const MOST_TOKENS: usize = 64;

/// `revert("TODO")`, `require(false, "not implemented")`, `revert NotImplemented()` or `revert Lib.Unimplemented()`.
fn reverts_as_unwritten(code: &[&str]) -> bool {
    let code = code.strip_suffix(&[";"]).unwrap_or(code);
    match code {
        ["revert", "(", message, ")"] | ["require" | "assert", "(", "false", ",", message, ")"] => {
            mentions(message, &TODO)
        }
        ["revert", path @ .., "(", ")"] => path.last().is_some_and(|name| mentions(name, &TODO)),
        _ => false,
    }
}

fn mentions(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: BodyState) {
        assert_eq!(state(body, true), expected, "{body}");
    }

    #[test]
    fn white_space_is_empty() {
        check("{}", BodyState::Empty);
        check("{ \r\n\t }", BodyState::Empty);
        assert_eq!(state("{", false), BodyState::Empty);
    }

    #[test]
    fn comments_alone_are_a_note() {
        check("{ // TODO }\n }", BodyState::Todo);
        check("{ /* FIXME */ // implement me\n }", BodyState::Todo);
        check("{ // pays the caller out\n }", BodyState::Commented);
    }

    #[test]
    fn reverts_that_say_so_are_a_note() {
        check("{ revert(\"TODO\"); }", BodyState::Todo);
        check("{ // later\n revert(\"not implemented\") ; }", BodyState::Todo);
        check("{ revert NotImplemented(); }", BodyState::Todo);
        check("{ revert Errors.Unimplemented() }", BodyState::Todo);
        check("{ require(false, \"todo\"); }", BodyState::Todo);
    }

    #[test]
    fn any_other_code_is_written() {
        check("{ revert(); }", BodyState::Written);
        check("{ revert(\"paused\"); }", BodyState::Written);
        check("{ // TODO faster\n return 1; }", BodyState::Written);
        check("{ revert NotImplemented(); x = 1; }", BodyState::Written);
    }

    #[test]
    fn emptiness_can_be_meant() {
        check("{ /* intentionally empty */ }", BodyState::Written);
        check("{ // solhint-disable-previous-line no-empty-blocks\n }", BodyState::Written);
    }
}
