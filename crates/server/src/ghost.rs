//! Ghost text: how a continuation meets the rest of its line. Pure text work, so that every rule has a test.

/// The text that replaces the rest of the line (`after`), or `None` when that would change nothing.
pub fn ghost_text(continuation: &str, after: &str) -> Option<String> {
    let kept = until_unopened_bracket(continuation, after).trim_end();
    if kept.trim().is_empty() || loops(kept) {
        return None;
    }
    let text = join(kept, after);
    (text.trim_end() != after.trim_end()).then_some(text)
}

/// A closing bracket that the continuation does not open, and that stands after the cursor already, is where both meet.
fn until_unopened_bracket<'t>(text: &'t str, after: &str) -> &'t str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 && after.trim_start().starts_with(c) => return &text[..at],
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text
}

/// Small models fall into loops: the same line three times in a row.
fn loops(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| line.len() > 1).collect();
    lines.windows(3).any(|window| window[0] == window[1] && window[1] == window[2])
}

/// The range runs to the end of the line, so what stands after the cursor is part of the new text, unless it is there already.
fn join(text: &str, after: &str) -> String {
    let rest = after.trim_end();
    if rest.is_empty() || text.ends_with(rest) {
        return text.to_owned();
    }
    let shared = (1..rest.len()).rev().find(|&n| rest.is_char_boundary(n) && text.ends_with(&rest[..n])).unwrap_or(0);
    format!("{text}{}", &rest[shared..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(after: &str, continuation: &str, wanted: Option<&str>) {
        assert_eq!(ghost_text(continuation, after).as_deref(), wanted);
    }

    #[test]
    fn an_empty_rest_takes_the_continuation_as_it_is() {
        check("", "msg.sender == owner);", Some("msg.sender == owner);"));
        check("", "x = 1;\n    y = 2;\n", Some("x = 1;\n    y = 2;"));
    }

    #[test]
    fn a_bracket_that_the_editor_closed_is_not_closed_twice() {
        check(")", "msg.sender == owner);", Some("msg.sender == owner)"));
        check(");", "f(a) == owner);", Some("f(a) == owner);"));
        check(", b);", "a", Some("a, b);"));
    }

    #[test]
    fn a_rest_that_the_continuation_begins_is_not_said_twice() {
        check("; // é", "x;", Some("x; // é"));
    }

    #[test]
    fn nothing_new_and_loops_mean_nothing() {
        check("", "   \n  ", None);
        check(";", ";", None);
        check("", "a();\na();\na();\n", None);
    }
}
