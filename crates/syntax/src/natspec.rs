//! The documentation comment of an item, read by its tags.

use crate::Span;
use serde::Serialize;

/// A NatSpec comment: `/// …` lines or one `/** … */`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NatSpec {
    /// The whole comment.
    pub span: Span,
    /// The comment as written.
    pub raw: String,
    /// `@notice`, or the text before the first tag.
    pub notice: Option<String>,
    /// `@dev`.
    pub dev: Option<String>,
    /// `@param`: name and text.
    pub params: Vec<(String, String)>,
    /// `@return`: name and text. The name is empty when the text is one word or none.
    pub returns: Vec<(String, String)>,
    /// Any other tag without its `@`, and its text.
    pub other: Vec<(String, String)>,
}

impl NatSpec {
    /// Reads the comment that `span` covers.
    pub fn parse(text: &str, span: Span) -> NatSpec {
        let raw = span.text(text);
        let mut natspec = NatSpec {
            span,
            raw: raw.to_owned(),
            notice: None,
            dev: None,
            params: Vec::new(),
            returns: Vec::new(),
            other: Vec::new(),
        };
        for (tag, text) in tags(raw) {
            natspec.add(&tag, text);
        }
        natspec
    }

    fn add(&mut self, tag: &str, text: String) {
        match tag {
            "notice" => append(&mut self.notice, &text),
            "dev" => append(&mut self.dev, &text),
            "param" => self.params.push(split_name(&text)),
            "return" if text.contains(char::is_whitespace) => self.returns.push(split_name(&text)),
            "return" => self.returns.push((String::new(), text)),
            _ => self.other.push((tag.to_owned(), text)),
        }
    }
}

/// The lines of a comment without slashes and stars, trimmed.
pub(crate) fn content_lines(raw: &str) -> impl Iterator<Item = &str> {
    let is_block = raw.starts_with("/*");
    raw.lines().map(move |line| {
        let line = line.trim();
        if !is_block {
            return line.trim_start_matches('/').trim();
        }
        let line = line.strip_suffix("*/").unwrap_or(line);
        let line = line.strip_prefix('/').unwrap_or(line);
        line.trim_start_matches('*').trim()
    })
}

/// Tag and text in order. Text before the first tag is a `notice`, as the compiler reads it.
fn tags(raw: &str) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for line in content_lines(raw) {
        if let Some((tag, rest)) = tag_of(line) {
            tags.push((tag.to_owned(), rest.to_owned()));
            continue;
        }
        match tags.last_mut() {
            Some((_, text)) => join(text, line),
            None if line.is_empty() => {}
            None => tags.push(("notice".to_owned(), line.to_owned())),
        }
    }
    tags
}

fn tag_of(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('@').filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let (tag, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some((tag, text.trim()))
}

fn split_name(text: &str) -> (String, String) {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (name.to_owned(), rest.trim().to_owned())
}

fn append(slot: &mut Option<String>, text: &str) {
    join(slot.get_or_insert_default(), text);
}

fn join(text: &mut String, line: &str) {
    if !text.is_empty() && !line.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> NatSpec {
        NatSpec::parse(text, Span::new(0, text.len()))
    }

    fn pair(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn slashes_and_stars_read_alike() {
        let lines = parse("/// @notice Pays\n    /// out\n    /// @param to  the  payee\n    /// @return ok done");
        let block = parse(
            "/**\r\n     * @notice Pays\r\n     * out\r\n     *\r\n     * @param to  the  payee\r\n     * @return ok done\r\n     */",
        );
        for natspec in [lines, block] {
            assert_eq!(natspec.notice.as_deref(), Some("Pays out"));
            assert_eq!(natspec.params, [pair("to", "the  payee")]);
            assert_eq!(natspec.returns, [pair("ok", "done")]);
        }
    }

    #[test]
    fn text_without_a_tag_is_the_notice() {
        assert_eq!(parse("/** Pays out */").notice.as_deref(), Some("Pays out"));
        assert_eq!(parse("/// mail me@x.org\n/// @ home").notice.as_deref(), Some("mail me@x.org @ home"));
    }

    #[test]
    fn repeated_and_unknown_tags_are_kept() {
        let natspec = parse("/// @dev a\n/// @dev b\n/// @custom:security none\n/// @inheritdoc IERC20\n/// @return");
        assert_eq!(natspec.dev.as_deref(), Some("a b"));
        assert_eq!(natspec.other, [pair("custom:security", "none"), pair("inheritdoc", "IERC20")]);
        assert_eq!(natspec.returns, [pair("", "")]);
    }

    #[test]
    fn empty_comments_say_nothing() {
        let natspec = parse("///\n///");
        assert_eq!((natspec.notice, natspec.dev), (None, None));
    }

    #[test]
    fn the_fixture_gives_its_blessed_tags() {
        use solwright_test_utils::{assert_blessed, repo_path};
        let text = std::fs::read_to_string(repo_path("tests/natspec/comments.sol")).unwrap();
        let describe = |function: crate::FunctionItem| format!("{}: {:#?}\n", function.name, function.natspec);
        let actual: String = crate::Document::parse(text).functions().into_iter().map(describe).collect();
        assert_blessed(repo_path("tests/natspec/comments.natspec"), &actual);
    }
}
