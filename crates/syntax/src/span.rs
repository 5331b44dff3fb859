//! A piece of text, named by its two ends.

use serde::{Deserialize, Serialize};

/// A half-open range of byte offsets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The offset of the first byte.
    pub start: usize,
    /// The offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`; empty at `start` when they are the wrong way round.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end: end.max(start) }
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether no byte lies in it.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the byte at `offset` lies in it.
    pub fn contains(self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether the offset lies in it or at its end, as a text cursor does.
    pub fn touches(self, offset: usize) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether all of `other` lies in it.
    pub fn contains_span(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same as a standard range.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// The text it covers; empty when it does not fit into `text`.
    pub fn text(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }

    /// The nearest span that fits into `text` with both ends between characters.
    pub fn clamped(self, text: &str) -> Span {
        let start = text.floor_char_boundary(self.start);
        Span::new(start, text.floor_char_boundary(self.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_holds_its_start_and_not_its_end() {
        let span = Span::new(2, 4);
        assert!(span.contains(2) && span.contains(3));
        assert!(!span.contains(4) && span.touches(4));
    }

    #[test]
    fn text_outside_of_the_file_is_empty() {
        assert_eq!(Span::new(3, 9).text("abc"), "");
        assert_eq!(Span::new(1, 2).text("é"), "");
    }

    #[test]
    fn clamping_moves_both_ends_between_characters() {
        assert_eq!(Span::new(1, 99).clamped("é!"), Span::new(0, 3));
    }
}
