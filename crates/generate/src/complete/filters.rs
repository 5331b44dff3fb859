//! What is cut from a completion before it is offered.

use crate::statement::Braces;

/// Where a completion ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// With its line, or with the block that the line opens.
    Line,
    /// With the block around the cursor.
    Block,
}

impl Extent {
    /// The rest of the block where the line is blank so far.
    pub fn at(prefix: &str) -> Self {
        let line = prefix.rsplit('\n').next().unwrap_or(prefix);
        if line.trim().is_empty() { Self::Block } else { Self::Line }
    }
}

/// Cuts what belongs to nobody: what lies behind a bracket that closes what the completion has not opened, a line's successors, a loop, a
/// repeat of what follows, blank ends.
pub fn tidy(text: &str, suffix: &str, extent: Extent) -> String {
    let text = within_brackets(text, suffix.lines().next().unwrap_or_default());
    let text = match extent {
        Extent::Block => text,
        Extent::Line => first_line(text),
    };
    let text = once(text).trim_end();
    let next = suffix.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    match text.rsplit_once('\n') {
        Some((head, last)) if !next.is_empty() && last.trim() == next => head.trim_end().to_owned(),
        None if !next.is_empty() && text.trim() == next => String::new(),
        _ => text.to_owned(),
    }
}

/// The places where a completion may be cut, the last first: after statements, blocks and lines.
pub fn cuts(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.rmatch_indices([';', '{', '}', ')', '\n']).map(|(at, sign)| at + usize::from(sign != "\n"));
    std::iter::once(text.len()).chain(ends.filter(|end| *end < text.len())).map(|end| text[..end].trim_end())
}

/// Up to a brace that closes the block outside, or a bracket that it does not open and that stands after the cursor already.
fn within_brackets<'t>(text: &'t str, after: &str) -> &'t str {
    let mut braces = Braces::open(1);
    let text = braces.read(text).map_or(text, |end| &text[..end - 1]);
    let mut depth = 0_usize;
    for (at, sign) in text.char_indices() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 && after.trim_start().starts_with(sign) => return &text[..at],
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text
}

/// The first line that says something, and the lines of the block that it opens.
fn first_line(text: &str) -> &str {
    let text = text.trim_start_matches('\n');
    let (mut braces, mut end) = (Braces::open(1), 0);
    for line in text.split_inclusive('\n') {
        braces.read(line);
        end += line.len();
        if braces.depth() <= 1 {
            break;
        }
    }
    &text[..end]
}

/// Small models fall into loops: up to where the same line begins a second time in a row.
fn once(text: &str) -> &str {
    let mut last = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        if said.len() > 1 {
            if last == Some(said) {
                return &text[..start];
            }
            last = Some(said);
        }
        start += line.len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_stays_inside_its_block_and_does_not_repeat_what_follows() {
        assert_eq!(tidy("x = 1;\n    }\n    function f", "\n    }\n", Extent::Block), "x = 1;");
        assert_eq!(tidy("value;\n    y = 2;", "", Extent::Line), "value;");
        assert_eq!(tidy("x = 1;\n        y = 2;", "\n        y = 2;\n", Extent::Block), "x = 1;");
        assert_eq!(tidy("y = 2;", "\n        y = 2;\n", Extent::Line), "");
    }

    #[test]
    fn a_bracket_that_the_editor_closed_is_not_closed_twice() {
        assert_eq!(tidy("msg.sender == owner);", ")\n", Extent::Line), "msg.sender == owner");
        assert_eq!(tidy("f(a) == owner);", ");\n", Extent::Line), "f(a) == owner");
        assert_eq!(tidy("a", ", b);\n", Extent::Line), "a");
    }

    #[test]
    fn a_line_that_opens_a_block_goes_on_to_its_end() {
        assert_eq!(tidy("(a) {\n    b();\n}\nc();", "", Extent::Line), "(a) {\n    b();\n}");
    }

    #[test]
    fn what_is_said_twice_in_a_row_is_said_once() {
        assert_eq!(tidy("a();\na();\na();\n", "", Extent::Block), "a();");
    }

    #[test]
    fn a_completion_is_cut_after_what_is_whole() {
        assert_eq!(cuts("a(b);\nc = ").collect::<Vec<_>>(), ["a(b);\nc =", "a(b);", "a(b);", "a(b)"]);
    }
}
