//! A text cursor, written into a fixture.

/// The marker.
pub const CURSOR: &str = "$0";

/// The text without its one marker, and the marker's byte offset.
#[track_caller]
pub fn extract_cursor(text: &str) -> (String, usize) {
    let offset = text.find(CURSOR).unwrap_or_else(|| panic!("no `{CURSOR}` in {text:?}"));
    let without = text.replacen(CURSOR, "", 1);
    assert!(!without.contains(CURSOR), "more than one `{CURSOR}` in {text:?}");
    (without, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_is_taken_out() {
        assert_eq!(extract_cursor("a$0b"), ("ab".to_owned(), 1));
    }

    #[test]
    #[should_panic(expected = "no `$0`")]
    fn a_fixture_without_a_marker_fails() {
        extract_cursor("ab");
    }

    #[test]
    #[should_panic(expected = "more than one `$0`")]
    fn a_fixture_with_two_markers_fails() {
        extract_cursor("$0a$0");
    }
}
