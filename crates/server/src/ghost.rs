//! Ghost text: how a continuation meets the rest of its line, which it replaces. Pure text work, so that every rule has a test.

/// The text that replaces the rest of the line (`after`), or `None` when that would change nothing.
pub fn ghost_text(continuation: &str, after: &str) -> Option<String> {
    let kept = continuation.trim_end();
    if kept.trim().is_empty() {
        return None;
    }
    let text = join(kept, after);
    (text.trim_end() != after.trim_end()).then_some(text)
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
    fn what_stands_after_the_cursor_stays() {
        check(")", "msg.sender == owner", Some("msg.sender == owner)"));
        check(");", "f(a) == owner);", Some("f(a) == owner);"));
        check(", b);", "a", Some("a, b);"));
    }

    #[test]
    fn a_rest_that_the_continuation_begins_is_not_said_twice() {
        check("; // é", "x;", Some("x; // é"));
    }

    #[test]
    fn nothing_new_means_nothing() {
        check("", "   \n  ", None);
        check(";", ";", None);
    }
}
