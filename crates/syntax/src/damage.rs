//! Where a file is broken, and how to set the broken parts aside so that the rest can be analysed.

use crate::document::parse;
use crate::items::{FunctionItem, MemberKind};
use crate::member::{errors_alone, errors_in};
use crate::{Document, Span};
use serde::Serialize;

/// A place where the text breaks the grammar.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SyntaxError {
    /// What can't be read; empty where something is missing.
    pub span: Span,
    /// What is wrong, in one phrase.
    pub message: String,
}

/// Errors, in the order of the text. What the tree makes of an error depends on how the text was typed, so the blame comes from
/// the members, each parsed alone; only what breaks outside of them is asked of a tree of the whole, made anew.
pub(crate) fn syntax_errors(document: &Document) -> Vec<SyntaxError> {
    // The tree takes long to recover from an open bracket, which is an error without it.
    let mut errors = Vec::new();
    if is_unbalanced(document.text()) || document.tree().root_node().has_error() {
        errors = errors_by_member(document);
        if errors.is_empty() {
            errors = errors_in(&parse(document.text(), None), document.text());
        }
    }
    errors.extend(swallowed_errors(document, &errors));
    errors.sort_by_key(|error| error.span);
    errors
}

/// Whether brackets of a kind are opened and closed a different number of times.
fn is_unbalanced(text: &str) -> bool {
    let mut open = [0_i64; 3];
    for token in crate::code_tokens(text) {
        match token {
            "(" => open[0] += 1,
            ")" => open[0] -= 1,
            "[" => open[1] += 1,
            "]" => open[1] -= 1,
            "{" => open[2] += 1,
            "}" => open[2] -= 1,
            _ => {}
        }
    }
    open != [0; 3]
}

fn errors_by_member(document: &Document) -> Vec<SyntaxError> {
    let mut errors: Vec<SyntaxError> = Vec::new();
    for (span, _) in parts(document) {
        let alone = errors_alone(span.text(document.text()), "");
        errors.extend(alone.iter().map(|error| {
            let place = Span::new(span.start + error.span.start, span.start + error.span.end);
            SyntaxError { span: place, message: error.message.clone() }
        }));
    }
    let strays = document.outline().strays.iter();
    errors.extend(
        strays.map(|&span| SyntaxError { span, message: format!("unexpected `{}`", span.text(document.text())) }),
    );
    errors
}

/// Functions without an end that the tree took for something else. To the grammar, `function f() public` goes on with
/// the next line, `function g() {}`, as a modifier called `function` and another called `g`.
fn swallowed_errors(document: &Document, known: &[SyntaxError]) -> Vec<SyntaxError> {
    let incomplete = document.outline().functions.iter().filter(|function| !function.is_complete);
    let unknown = incomplete.filter(|function| {
        let reach = Span::new(function.span.start, function.span.end + 1);
        !known.iter().any(|error| error.span.touches(function.span.end) || error.span.overlaps(reach))
    });
    let describe = |function: &FunctionItem| SyntaxError {
        span: Span::new(function.span.end, function.span.end),
        message: format!("expected `{}`", if function.body.is_some() { "}" } else { "{` or `;" }),
    };
    unknown.map(describe).collect()
}

pub(crate) fn damaged_members(document: &Document) -> Vec<Span> {
    damages(document).into_iter().map(|damage| damage.member).collect()
}

pub(crate) fn with_damage_blanked(document: &Document) -> String {
    let text = document.text();
    let mut bytes = text.as_bytes().to_vec();
    for stray in &document.outline().strays {
        blank(&mut bytes, *stray);
    }
    for damage in damages(document) {
        match damage.kept_signature {
            Some(signature) => empty_body(&mut bytes, &damage, signature),
            None => blank(&mut bytes, damage.member),
        }
    }
    // Only whole spans between tokens were overwritten with ASCII, so this can't fail.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// A member that holds an error.
struct Damage {
    member: Span,
    /// The part before the body, of a function whose body alone is broken.
    kept_signature: Option<Span>,
    /// Where the body begins, or would.
    body_start: usize,
    /// What takes the place of the body.
    empty_body: &'static str,
}

/// A member is damaged when it does not parse on its own. So the blame is exact, however far the tree's own attempt at
/// recovery strayed.
fn damages(document: &Document) -> Vec<Damage> {
    let parts = parts(document).into_iter();
    parts.filter_map(|(span, function)| damage_of(document.text(), span, function)).collect()
}

/// Members of contracts and functions of the file, in the order of the text.
fn parts(document: &Document) -> Vec<(Span, Option<&FunctionItem>)> {
    let outline = document.outline();
    let functions = outline.functions.iter().map(|function| (function.span, Some(function)));
    let members = outline.contracts.iter().flat_map(|contract| &contract.members);
    let others = members.filter(|member| !member.kind.is_function()).map(|member| (member.span, None));
    let mut parts: Vec<_> = functions.chain(others).collect();
    parts.sort_by_key(|(span, _)| *span);
    parts
}

fn damage_of(text: &str, member: Span, function: Option<&FunctionItem>) -> Option<Damage> {
    let is_complete = function.is_none_or(|function| function.is_complete);
    if is_complete && parses_as_member(member.text(text), "") {
        return None;
    }
    let is_modifier = function.is_some_and(|function| function.kind == MemberKind::Modifier);
    let empty_body = if is_modifier { "{_;}" } else { "{}" };
    let kept_signature = function
        .map(|function| function.signature)
        .filter(|signature| parses_as_member(signature.text(text), empty_body));
    let signature_end = function.map_or(member.end, |function| function.signature.end);
    let body_start = function.and_then(|function| function.body).map_or(signature_end, |body| body.start);
    Some(Damage { member, kept_signature, body_start, empty_body })
}

fn parses_as_member(member: &str, body: &str) -> bool {
    errors_alone(member, body).is_empty()
}

/// Blanks all behind the signature and puts an empty body there, where the old one began if there is room.
fn empty_body(bytes: &mut [u8], damage: &Damage, signature: Span) {
    blank(bytes, Span::new(signature.end, damage.member.end));
    let room = |start: usize, body: &str| {
        let white = bytes[start..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut windows = bytes[start..start + white].windows(body.len());
        windows.position(|window| window.iter().all(|byte| *byte == b' ')).map(|at| start + at)
    };
    let bodies = [damage.empty_body, "{}", ";"];
    let place = bodies.into_iter().find_map(|body| {
        let at = room(damage.body_start, body).or_else(|| room(signature.end, body))?;
        Some((at, body))
    });
    match place {
        Some((at, body)) => bytes[at..at + body.len()].copy_from_slice(body.as_bytes()),
        None => blank(bytes, damage.member),
    }
}

/// Overwrites everything but line ends with spaces.
fn blank(bytes: &mut [u8], span: Span) {
    for byte in &mut bytes[span.range()] {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let blanked = Document::parse(text).with_damage_blanked();
        assert_eq!(blanked, expected);
        assert_eq!(Document::parse(blanked).syntax_errors(), []);
    }

    #[test]
    fn intact_files_stay_as_they_are() {
        check("contract C { function f() {} }", "contract C { function f() {} }");
    }

    #[test]
    fn broken_bodies_become_empty() {
        check("contract C { function f() { a = ; }\nuint x; }", "contract C { function f() {}       \nuint x; }");
        check("contract C { modifier m() { a = ; _; } }", "contract C { modifier m() {_;}         }");
    }

    #[test]
    fn open_bodies_end_before_the_next_member() {
        check(
            "contract C {\n  function f() { if (é) {\n  function g() public { }\n}",
            "contract C {\n  function f() {}         \n  function g() public { }\n}",
        );
    }

    #[test]
    fn signatures_without_a_body_get_one_where_there_is_room() {
        check(
            "contract C {\n  function f() public\n  function g() public { }\n}",
            "contract C {\n  function f() public\n{}function g() public { }\n}",
        );
        check("contract C {\n  function f() public\n}", "contract C {\n                     \n}");
    }

    #[test]
    fn other_broken_members_and_stray_braces_become_spaces() {
        check("contract C { uint = ; uint y; }", "contract C {          uint y; }");
        check("contract C { function f() {} } uint y; }", "contract C { function f() {}   uint y; }");
    }

    #[test]
    fn functions_of_the_file_are_blanked_too() {
        check("function f() { a = ; } contract C {}", "function f() {}        contract C {}");
    }

    #[test]
    fn errors_are_named_by_what_stands_there() {
        let errors = Document::parse("contract C { function f() { return 1 } }").syntax_errors();
        assert_eq!(errors[0].message, "expected `;`");
        let errors = Document::parse("contract C { uint x; ) }").syntax_errors();
        assert_eq!(errors[0].message, "unexpected `)`");
    }

    #[test]
    fn only_the_damaged_member_is_blamed() {
        let text = "contract C { function f() { g( } function h() { x = 1; } uint y; }";
        let damaged: Vec<_> = Document::parse(text).damaged_members().iter().map(|span| span.text(text)).collect();
        assert_eq!(damaged, ["function f() { g( }"]);
    }
}
