//! Documentation that names the function to write below it.

use crate::natspec::content_lines;
use crate::token::is_word_byte;
use crate::{NatSpec, Span};

/// The function that a comment asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub name: String,
    pub signature: String,
}

/// Finds the first function that the comment names, in one of these ways:
///
/// - `@custom:function withdraw` or `@custom:signature withdraw(uint256 amount)`
/// - `function withdraw(uint256 amount) external`, anywhere
/// - `withdraw(uint256 amount)` in backticks, or as the first words of the text
pub(super) fn read(natspec: &NatSpec) -> Option<Wish> {
    let custom = natspec.other.iter().filter(|(tag, _)| matches!(tag.as_str(), "custom:function" | "custom:signature"));
    for (_, text) in custom {
        let text = text.strip_prefix("function ").unwrap_or(text).trim();
        let end = text.bytes().take_while(|byte| is_word_byte(*byte)).count();
        if let Some(wish) = header(text).or_else(|| Some(bare(&text[..end])).filter(|_| is_name(&text[..end]))) {
            return Some(wish);
        }
    }
    let text = content_lines(&natspec.raw).collect::<Vec<_>>().join(" ");
    after_keyword(&text).or_else(|| in_backticks(&text)).or_else(|| first_words(natspec))
}

fn after_keyword(text: &str) -> Option<Wish> {
    let at = |(at, _)| (at == 0 || !is_word_byte(text.as_bytes()[at - 1])).then_some(&text[at + "function".len()..]);
    text.match_indices("function")
        .filter_map(at)
        .filter(|rest| rest.starts_with(' '))
        .find_map(|rest| header(rest.trim_start()))
}

fn in_backticks(text: &str) -> Option<Wish> {
    text.split('`').skip(1).step_by(2).find_map(header)
}

/// The comment's text when it starts with the name, after a verb at most.
fn first_words(natspec: &NatSpec) -> Option<Wish> {
    [&natspec.notice, &natspec.dev].into_iter().flatten().find_map(|text| {
        let verbs = ["write ", "implement ", "add ", "todo: ", "todo "];
        let verb =
            verbs.iter().find(|verb| text.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb)));
        header(&text[verb.map_or(0, |verb| verb.len())..])
    })
}

fn bare(name: &str) -> Wish {
    Wish { name: name.to_owned(), signature: format!("function {name}()") }
}

/// Reads `name(parameters) specifiers…` at the start of the text and forgets what follows.
fn header(text: &str) -> Option<Wish> {
    let name_end = text.bytes().take_while(|byte| is_word_byte(*byte)).count();
    let (name, rest) = text.split_at(name_end);
    let close = rest.starts_with('(').then(|| matching_parenthesis(rest)).flatten()?;
    if !is_name(name) || !are_parameters(&rest[1..close]) {
        return None;
    }
    let parameters = rest[1..close].split_whitespace().collect::<Vec<_>>().join(" ");
    let specifiers = specifiers(&rest[close + 1..]);
    Some(Wish { name: name.to_owned(), signature: format!("function {name}({parameters}){specifiers}") })
}

fn is_name(name: &str) -> bool {
    let keywords =
        ["function", "if", "for", "while", "return", "returns", "mapping", "require", "assert", "revert", "emit"];
    name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$')) && !keywords.contains(&name)
}

/// The offset of the `)` that matches the `(` at the start.
fn matching_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether each part is a type, with a location and a name or without.
fn are_parameters(text: &str) -> bool {
    let is_type_byte = |byte: u8| is_word_byte(byte) || matches!(byte, b'[' | b']' | b'.');
    let is_parameter = |part: &str| {
        let words: Vec<_> = part.split_whitespace().collect();
        let is_type = words.first().is_some_and(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
        is_type && words.len() <= 3 && words.iter().all(|word| word.bytes().all(is_type_byte))
    };
    text.trim().is_empty() || text.split(',').all(is_parameter)
}

/// The specifiers at the start of the text, each after a space.
fn specifiers(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let (word, after) = rest.split_at(rest.bytes().take_while(|byte| is_word_byte(*byte)).count());
        let list = after.trim_start();
        let list_end = list.starts_with('(').then(|| matching_parenthesis(list)).flatten();
        match (word, list_end) {
            ("returns", Some(end)) if are_parameters(&list[1..end]) => {
                found.push_str(" returns ");
                found.push_str(Span::new(0, end + 1).text(list));
                return found;
            }
            (
                "external" | "public" | "internal" | "private" | "view" | "pure" | "payable" | "virtual" | "override",
                _,
            ) => {
                found.push(' ');
                found.push_str(word);
                rest = after;
            }
            _ => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(comment: &str, expected: Option<&str>) {
        let natspec = NatSpec::parse(comment, Span::new(0, comment.len()));
        assert_eq!(read(&natspec).map(|wish| wish.signature).as_deref(), expected, "{comment}");
    }

    #[test]
    fn a_signature_is_taken_as_written() {
        check("/// function withdraw(uint256 amount) external", Some("function withdraw(uint256 amount) external"));
        check(
            "/// Please write\n/// function f(uint256[] calldata xs,\n///   address to) public view returns (uint256) that pays",
            Some("function f(uint256[] calldata xs, address to) public view returns (uint256)"),
        );
    }

    #[test]
    fn a_call_in_front_or_in_backticks_is_a_name() {
        check("/// @notice withdraw(uint256 amount): pays out", Some("function withdraw(uint256 amount)"));
        check("/// Write `withdraw(uint256 amount)` and mind reentrancy", Some("function withdraw(uint256 amount)"));
        check("/** @dev Implement pause() soon */", Some("function pause()"));
    }

    #[test]
    fn a_custom_tag_names_it() {
        check("/// @notice Pays\n/// @custom:function withdraw", Some("function withdraw()"));
        check("/// @custom:signature function f(bool) external", Some("function f(bool) external"));
    }

    #[test]
    fn prose_is_no_wish() {
        check("/// @notice Pays the caller out (all of it)", None);
        check("/// This function is (mostly) safe", None);
        check("/// see `x = f(1)` and `balanceOf`", None);
        check("/// f(1, 2) is called below", None);
        check("/// functional(", None);
    }
}
