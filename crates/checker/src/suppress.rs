//! Comments that silence a finding where it stands.
//!
//! Ours are `// solwright-disable-next-line id`, `-line`, `-file`, and `-start` to `-end`; without an id they silence every
//! detector. Slither's and forge lint's own comments are honoured for the detectors that look for the same.

use solwright_syntax::Span;

/// What the comments of one file silence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressions {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// Where findings are silenced; a finding counts by where it begins.
    span: Span,
    /// Ids that are silenced; empty for all.
    ids: Vec<String>,
}

/// Where a comment reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    NextLine,
    Line,
    File,
    Start,
    End,
}

impl Suppressions {
    /// Reads the comments of a text.
    pub fn parse(text: &str) -> Self {
        let mut rules = Vec::new();
        let mut open: Vec<Rule> = Vec::new();
        for line in lines(text) {
            // An address in a string has slashes too, so each pair may begin the comment.
            let code = line.span.text(text);
            let Some((reach, ids)) = code.match_indices("//").find_map(|(at, _)| directive(&code[at + 2..])) else {
                continue;
            };
            match reach {
                Reach::Line => rules.push(Rule { span: line.span, ids }),
                Reach::NextLine => rules.push(Rule { span: next_code(text, line.span.end), ids }),
                Reach::File => rules.push(Rule { span: Span::new(0, text.len() + 1), ids }),
                Reach::Start => open.push(Rule { span: line.span, ids }),
                Reach::End => {
                    if let Some(at) = open.iter().rposition(|rule| rule.ids == ids) {
                        let Rule { span, ids } = open.remove(at);
                        rules.push(Rule { span: Span::new(span.start, line.span.end), ids });
                    }
                }
            }
        }
        // What is never closed reaches to the end.
        rules.extend(open.into_iter().map(|rule| Rule { span: Span::new(rule.span.start, text.len() + 1), ..rule }));
        Self { rules }
    }

    /// Whether a finding of `detector` that begins with `span` is silenced.
    pub fn cover(&self, detector: &str, span: Span) -> bool {
        let named = |rule: &Rule| rule.ids.is_empty() || rule.ids.iter().any(|id| id == detector);
        self.rules.iter().any(|rule| {
            rule.span.start <= span.start && span.start < rule.span.end.max(rule.span.start + 1) && named(rule)
        })
    }
}

struct Line {
    span: Span,
}

fn lines(text: &str) -> impl Iterator<Item = Line> + '_ {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let span = Span::new(start, start + line.len());
        start = span.end;
        Line { span }
    })
}

/// The first line from `offset` on that holds more than a comment.
fn next_code(text: &str, offset: usize) -> Span {
    let rest = text.get(offset..).unwrap_or_default();
    let mut after = lines(rest).filter(|line| {
        let line = line.span.text(rest).trim();
        !line.is_empty() && !line.starts_with("//")
    });
    after.next().map_or(Span::new(offset, offset), |line| Span::new(offset + line.span.start, offset + line.span.end))
}

/// What a comment asks for: how far it reaches, and for which of our detectors.
fn directive(comment: &str) -> Option<(Reach, Vec<String>)> {
    let comment = comment.trim();
    if let Some(rest) = comment.strip_prefix("solwright-disable-") {
        let (reach, names) = reach(rest)?;
        return Some((reach, split(names)));
    }
    let (reach, names) = if let Some(rest) = comment.strip_prefix("slither-disable-") {
        reach(rest)?
    } else {
        let rest = comment.strip_prefix("forge-lint:")?.trim().strip_prefix("disable-")?;
        let (reach, names) = reach(rest)?;
        (reach, names.trim().strip_prefix('(')?.strip_suffix(')')?)
    };
    let names = split(names);
    if names.iter().any(|name| name == "all") || names.is_empty() {
        return Some((reach, Vec::new()));
    }
    Some((reach, names.iter().flat_map(|name| ours(name)).map(str::to_owned).collect()))
}

fn reach(text: &str) -> Option<(Reach, &str)> {
    let kinds = [
        ("next-line", Reach::NextLine),
        ("next-item", Reach::NextLine),
        ("line", Reach::Line),
        ("file", Reach::File),
        ("start", Reach::Start),
        ("end", Reach::End),
    ];
    kinds.into_iter().find_map(|(word, reach)| Some((reach, text.strip_prefix(word)?)))
}

fn split(names: &str) -> Vec<String> {
    let names = names.split([',', ' ', '\t']).map(str::trim).filter(|name| !name.is_empty());
    // Words after a dash are the reason.
    names.take_while(|name| !name.starts_with('-')).map(str::to_owned).collect()
}

/// What Slither and forge lint call a detector of ours, where the names differ.
const ALIASES: [(&str, &str); 17] = [
    ("unchecked-lowlevel", "unchecked-call"),
    ("unchecked-send", "unchecked-call"),
    ("erc20-unchecked-transfer", "unchecked-transfer"),
    ("suicidal", "unprotected-selfdestruct"),
    ("weak-prng", "weak-randomness"),
    ("arbitrary-send-eth", "arbitrary-send"),
    ("boolean-cst", "boolean-constant"),
    ("incorrect-unary", "dangerous-unary-operator"),
    ("events-maths", "missing-events-arithmetic"),
    ("events-access", "missing-events-access-control"),
    ("ecrecover", "ecrecover-zero-address"),
    ("ecrecover", "signature-malleability"),
    ("type-based-tautology", "tautology"),
    ("tautological-compare", "tautology"),
    ("unused-state-variables", "unused-state-variable"),
    ("unused-state", "unused-state-variable"),
    ("timestamp", "block-timestamp"),
];

/// Our ids for what Slither or forge lint calls a detector: its own name, for most are the same, and its alias.
pub fn ours(name: &str) -> impl Iterator<Item = &str> {
    let aliases = ALIASES.iter().filter(move |(theirs, _)| *theirs == name).map(|(_, ours)| *ours);
    // Slither has a reentrancy for each consequence, and adds to them.
    let reentrancy = name.starts_with("reentrancy-").then_some("reentrancy");
    std::iter::once(name).chain(aliases).chain(reentrancy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `#` in the text is a finding of `tx-origin`; those kept are given by their numbers.
    #[track_caller]
    fn check(text: &str, kept: &[usize]) {
        let suppressions = Suppressions::parse(text);
        let findings = text.match_indices('#').map(|(at, _)| Span::new(at, at + 1)).enumerate();
        let seen: Vec<usize> =
            findings.filter(|(_, span)| !suppressions.cover("tx-origin", *span)).map(|(at, _)| at).collect();
        assert_eq!(seen, kept);
    }

    #[test]
    fn the_next_line_of_code_is_silenced_and_no_more() {
        check("#\n// solwright-disable-next-line tx-origin\n// because\n\n  #\n#", &[0, 2]);
    }

    #[test]
    fn the_same_line_is_silenced() {
        check("# // solwright-disable-line tx-origin, reentrancy\n#", &[1]);
    }

    #[test]
    fn an_address_before_the_comment_does_not_hide_it() {
        check("# \"https://a.b\"; // solwright-disable-line tx-origin\n#", &[1]);
    }

    #[test]
    fn a_file_and_a_range_are_silenced() {
        check("#\n// solwright-disable-file tx-origin\n#", &[]);
        check("#\n// solwright-disable-start tx-origin\n#\n// solwright-disable-end tx-origin\n#", &[0, 2]);
    }

    #[test]
    fn another_detector_is_not_silenced() {
        check("// solwright-disable-next-line reentrancy\n#", &[0]);
        check("// slither-disable-next-line some-other-thing\n#", &[0]);
    }

    #[test]
    fn a_comment_without_an_id_silences_all() {
        check("// solwright-disable-next-line\n#", &[]);
    }

    #[test]
    fn comments_of_slither_and_forge_lint_are_honoured() {
        check("// slither-disable-next-line suicidal,tx-origin\n#", &[]);
        check("// slither-disable-start all\n#\n// slither-disable-end all\n#", &[1]);
        check("// forge-lint: disable-next-line(tx-origin)\n#", &[]);
    }

    #[test]
    fn their_names_reach_ours() {
        let cover = |comment: &str, id: &str| Suppressions::parse(comment).cover(id, Span::new(0, 1));
        assert!(cover("// slither-disable-line reentrancy-no-eth", "reentrancy"));
        assert!(cover("// slither-disable-line divide-before-multiply", "divide-before-multiply"));
        assert!(cover("// forge-lint: disable-line(weak-prng)", "weak-randomness"));
        assert!(!cover("// slither-disable-line weak-prng", "reentrancy"));
    }

    #[test]
    fn a_reason_after_a_dash_is_no_id() {
        check("// solwright-disable-next-line tx-origin - the relay is trusted\n#", &[]);
    }
}
