//! Byte offsets and the line-and-character positions that editors speak of.

use crate::Span;

/// What a `character` counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the default of the Language Server Protocol.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl PositionEncoding {
    fn width(self, c: char) -> usize {
        match self {
            PositionEncoding::Utf8 => c.len_utf8(),
            PositionEncoding::Utf16 => c.len_utf16(),
            PositionEncoding::Utf32 => 1,
        }
    }
}

/// A zero-based line and a zero-based character in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character, in the units of a [`PositionEncoding`].
    pub character: u32,
}

/// Where the lines of one text begin. `\n`, `\r\n` and a lone `\r` end a line, as the protocol says.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// The lines without their ends; there is always one.
    lines: Vec<Span>,
}

impl LineIndex {
    /// Reads the line ends of `text`.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut lines = Vec::new();
        let mut start = 0;
        let mut at = 0;
        while at < bytes.len() {
            let end = at;
            at += 1;
            match bytes[end] {
                b'\n' => {}
                b'\r' => at += usize::from(bytes.get(at) == Some(&b'\n')),
                _ => continue,
            }
            lines.push(Span::new(start, end));
            start = at;
        }
        lines.push(Span::new(start, bytes.len()));
        LineIndex { lines }
    }

    /// The position of a byte offset. An offset inside a character counts as that character's start, one inside or
    /// behind a line end as the end of the line.
    pub fn position(&self, text: &str, offset: usize, encoding: PositionEncoding) -> Position {
        let line = self.lines.partition_point(|line| line.start <= offset).saturating_sub(1);
        let span = self.lines[line];
        let end = text.floor_char_boundary(offset.min(span.end));
        let character = Span::new(span.start, end).text(text).chars().map(|c| encoding.width(c)).sum();
        Position { line: as_u32(line), character: as_u32(character) }
    }

    /// The byte offset of a position, clamped to its line and to the text.
    pub fn offset(&self, text: &str, position: Position, encoding: PositionEncoding) -> usize {
        let Some(line) = self.lines.get(position.line as usize) else {
            return text.len();
        };
        let mut rest = position.character as usize;
        let mut offset = line.start;
        for c in line.text(text).chars() {
            let width = encoding.width(c);
            if rest < width {
                break;
            }
            rest -= width;
            offset += c.len_utf8();
        }
        offset
    }

    /// The line without its end; empty at the end of the text when there is no such line.
    pub fn line_span(&self, line: u32) -> Span {
        let end = self.lines.last().map_or(0, |last| last.end);
        self.lines.get(line as usize).copied().unwrap_or(Span::new(end, end))
    }

    /// The number of the line that holds the offset.
    pub fn line_of(&self, offset: usize) -> u32 {
        as_u32(self.lines.partition_point(|line| line.start <= offset).saturating_sub(1))
    }

    /// The number of lines, at least one.
    pub fn line_count(&self) -> u32 {
        as_u32(self.lines.len())
    }
}

fn as_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PositionEncoding::{Utf8, Utf16, Utf32};

    #[track_caller]
    fn check(text: &str, offset: usize, encoding: PositionEncoding, line: u32, character: u32) {
        let index = LineIndex::new(text);
        let position = index.position(text, offset, encoding);
        assert_eq!(position, Position { line, character });
        assert_eq!(index.offset(text, position, encoding), offset);
    }

    #[test]
    fn an_emoji_is_four_two_or_one() {
        let text = "a\n// 🦊x";
        let x = text.len() - 1;
        check(text, x, Utf8, 1, 7);
        check(text, x, Utf16, 1, 5);
        check(text, x, Utf32, 1, 4);
    }

    #[test]
    fn every_line_end_counts() {
        check("a\r\nb\rc\nd", 3, Utf16, 1, 0);
        check("a\r\nb\rc\nd", 5, Utf16, 2, 0);
        check("a\r\nb\rc\nd", 7, Utf16, 3, 0);
        check("a\n", 2, Utf16, 1, 0);
    }

    #[test]
    fn positions_beyond_the_text_are_clamped() {
        let text = "ab\r\nc";
        let index = LineIndex::new(text);
        assert_eq!(index.offset(text, Position { line: 0, character: 99 }, Utf16), 2);
        assert_eq!(index.offset(text, Position { line: 9, character: 0 }, Utf16), 5);
        assert_eq!(index.position(text, 99, Utf16), Position { line: 1, character: 1 });
        assert_eq!(index.position(text, 3, Utf16), Position { line: 0, character: 2 });
    }

    #[test]
    fn half_a_surrogate_pair_means_the_whole_character() {
        let text = "🦊x";
        assert_eq!(LineIndex::new(text).offset(text, Position { line: 0, character: 1 }, Utf16), 0);
    }

    #[test]
    fn every_offset_of_an_odd_text_survives_the_round_trip() {
        let text = "\u{feff}é\r\n\t// 🦊🦊 e\u{301}\n\r\n\rend";
        for (offset, c) in text.char_indices() {
            if c == '\n' && text[..offset].ends_with('\r') {
                continue;
            }
            let index = LineIndex::new(text);
            for encoding in [Utf8, Utf16, Utf32] {
                let position = index.position(text, offset, encoding);
                assert_eq!(index.offset(text, position, encoding), offset, "{encoding:?} {offset}");
            }
        }
    }
}
