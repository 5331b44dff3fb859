//! Expectations that a fixture states on the line they are about.

/// One `//~ LEVEL: text`, about its own line, or `//~^ LEVEL: text`, about the line above; each further `^` goes up one more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Annotation {
    /// The zero-based line it is about.
    pub line: u32,
    /// What stands before the colon, such as `WARN`; empty without a colon.
    pub level: String,
    /// What stands after the colon.
    pub text: String,
}

/// All annotations of a fixture in order. A line may carry several.
pub fn annotations(text: &str) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    for (line, content) in (0u32..).zip(text.lines()) {
        annotations.extend(content.split("//~").skip(1).map(|comment| annotation(line, comment)));
    }
    annotations
}

fn annotation(line: u32, comment: &str) -> Annotation {
    let rest = comment.trim_start_matches('^');
    let up = u32::try_from(comment.len() - rest.len()).unwrap();
    assert!(up <= line, "line {}: `//~{comment}` points above the file", line + 1);
    let is_level = |level: &&str| !level.trim().is_empty() && level.trim().chars().all(|c| c.is_ascii_uppercase());
    let (level, text) = match rest.split_once(':').filter(|(level, _)| is_level(level)) {
        Some((level, text)) => (level.trim(), text.trim()),
        None => ("", rest.trim()),
    };
    Annotation { line: line - up, level: level.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(u32, &str, &str)]) {
        let found = annotations(text);
        let found: Vec<_> = found.iter().map(|a| (a.line, a.level.as_str(), a.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_annotation_is_about_its_own_line() {
        check("a;\nb; //~ WARN: bad: really\n", &[(1, "WARN", "bad: really")]);
    }

    #[test]
    fn carets_point_upwards() {
        check("a;\n//~^ HIGH: one\n//~^^ LOW: two\n", &[(0, "HIGH", "one"), (0, "LOW", "two")]);
    }

    #[test]
    fn several_fit_on_one_line_and_the_level_may_be_left_out() {
        check("a; //~ HIGH: one //~ `x`: two", &[(0, "HIGH", "one"), (0, "", "`x`: two")]);
    }

    #[test]
    #[should_panic(expected = "points above the file")]
    fn pointing_above_the_file_fails() {
        annotations("//~^ WARN: x");
    }
}
