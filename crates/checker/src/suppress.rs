//! Comments that silence a finding where it stands.
//!
//! Ours are `// solwright-disable-next-line id`, `-line`, `-next-item`, `-file`, and `-start` to `-end`; without an id they
//! silence every detector. Slither's and forge lint's own comments are honoured for the detectors that look for the same.

use crate::detectors::ALL;
use solwright_syntax::{Span, code_spans};

/// What the comments of one file silence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressions {
    rules: Vec<Rule>,
    /// Ids in comments of ours that are no detector's, and where they stand.
    pub unknown: Vec<(String, Span)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// Where findings are silenced; a finding counts by where it begins.
    span: Span,
    /// The detector that is silenced; `None` for all.
    id: Option<String>,
}

/// Where a comment reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    NextLine,
    NextItem,
    Line,
    File,
    Start,
    End,
}

/// A comment taken apart.
struct Directive<'a> {
    reach: Reach,
    /// As they are written; none for every detector.
    ids: Vec<&'a str>,
    is_ours: bool,
}

impl Suppressions {
    /// Reads the comments of a text.
    pub fn parse(text: &str) -> Self {
        let mut suppressions = Self::default();
        let mut open: Vec<Rule> = Vec::new();
        for line in lines(text) {
            // An address in a string has slashes too, so each pair may begin the comment.
            let code = line.text(text);
            let Some(directive) = code.match_indices("//").find_map(|(at, _)| Directive::parse(&code[at + 2..])) else {
                continue;
            };
            suppressions.unknown.extend(directive.unknown(text));
            if directive.reach == Reach::End {
                let closes = |rule: &mut Rule| directive.is_all() || directive.names().contains(&rule.id);
                let closed = open.extract_if(.., closes);
                suppressions
                    .rules
                    .extend(closed.map(|rule| Rule { span: Span::new(rule.span.start, line.end), ..rule }));
                continue;
            }
            let span = match directive.reach {
                Reach::Line | Reach::Start | Reach::End => line,
                Reach::File => Span::new(0, text.len() + 1),
                Reach::NextLine => next_line(text, line.end),
                Reach::NextItem => next_item(text, line.end),
            };
            let rules = directive.names().into_iter().map(|id| Rule { span, id });
            if directive.reach == Reach::Start { open.extend(rules) } else { suppressions.rules.extend(rules) }
        }
        // What is never closed reaches to the end.
        let end = text.len() + 1;
        suppressions.rules.extend(open.into_iter().map(|rule| Rule { span: Span::new(rule.span.start, end), ..rule }));
        suppressions
    }

    /// Whether a finding of `detector` that begins with `span` is silenced.
    pub fn cover(&self, detector: &str, span: Span) -> bool {
        let named = |rule: &Rule| rule.id.as_deref().is_none_or(|id| id == detector);
        self.rules.iter().any(|rule| {
            rule.span.start <= span.start && span.start < rule.span.end.max(rule.span.start + 1) && named(rule)
        })
    }
}

impl<'a> Directive<'a> {
    fn parse(comment: &'a str) -> Option<Self> {
        let comment = comment.trim();
        let ours = comment.strip_prefix("solwright-disable-");
        let (rest, in_parentheses) = match ours.or_else(|| comment.strip_prefix("slither-disable-")) {
            Some(rest) => (rest, false),
            None => (comment.strip_prefix("forge-lint:")?.trim().strip_prefix("disable-")?, true),
        };
        let (reach, mut names) = reach(rest)?;
        if in_parentheses {
            names = names.trim().strip_prefix('(')?.strip_suffix(')')?;
        }
        Some(Self { reach, ids: split(names), is_ours: ours.is_some() })
    }

    /// Our ids for the detectors that it names; one `None` when it means all of them.
    fn names(&self) -> Vec<Option<String>> {
        if self.is_all() {
            return vec![None];
        }
        let ours = |id: &&'a str| if self.is_ours { vec![*id] } else { ours(id).collect() };
        self.ids.iter().flat_map(ours).map(|id| Some(id.to_owned())).collect()
    }

    fn is_all(&self) -> bool {
        self.ids.is_empty() || self.ids.contains(&"all")
    }

    /// Ids that are no detector's. Others' comments may name what only their tools look for.
    fn unknown(&self, text: &str) -> Vec<(String, Span)> {
        // An id is a part of the text, so its address tells its place.
        let start = |id: &str| id.as_ptr() as usize - text.as_ptr() as usize;
        let place = |id: &&str| (String::from(*id), Span::new(start(id), start(id) + id.len()));
        let ids = self.ids.iter().filter(|id| self.is_ours && !self.is_all() && !is_detector(id));
        ids.map(place).collect()
    }
}

fn is_detector(id: &str) -> bool {
    ALL.iter().any(|detector| detector.id == id)
}

fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let span = Span::new(start, start + line.len());
        start = span.end;
        span
    })
}

/// The first line from `offset` on that holds more than a comment.
fn next_line(text: &str, offset: usize) -> Span {
    let rest = text.get(offset..).unwrap_or_default();
    let Some(first) = code_spans(rest).next() else { return Span::new(offset, offset) };
    let start = rest[..first.start].rfind('\n').map_or(0, |at| at + 1);
    let end = rest[first.start..].find('\n').map_or(rest.len(), |at| first.start + at + 1);
    Span::new(offset + start, offset + end)
}

/// The declaration from `offset` on: to the brace that closes its body, or to its semicolon.
fn next_item(text: &str, offset: usize) -> Span {
    let rest = text.get(offset..).unwrap_or_default();
    let (mut start, mut depth) = (None, 0_usize);
    for span in code_spans(rest) {
        let start = *start.get_or_insert(span.start);
        let sign = span.text(rest);
        match sign {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(sign, "}" | ";") {
            return Span::new(offset + start, offset + span.end);
        }
    }
    Span::new(offset + start.unwrap_or_default(), text.len())
}

fn reach(text: &str) -> Option<(Reach, &str)> {
    let kinds = [
        ("next-line", Reach::NextLine),
        ("next-item", Reach::NextItem),
        ("line", Reach::Line),
        ("file", Reach::File),
        ("start", Reach::Start),
        ("end", Reach::End),
    ];
    kinds.into_iter().find_map(|(word, reach)| Some((reach, text.strip_prefix(word)?)))
}

/// The ids, which commas or spaces part; words that follow them are the reason.
fn split(names: &str) -> Vec<&str> {
    let mut ids = Vec::new();
    for part in names.trim_start_matches(':').split(',') {
        for (at, word) in part.split_whitespace().enumerate() {
            if word.starts_with('-') || (at > 0 && !is_detector(word)) {
                return ids;
            }
            ids.push(word);
        }
    }
    ids
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
        let comments = "// solwright-disable-line tx-origin because it is a relay, after all\n\
                        // solwright-disable-line tx-origin -- a relay\n// solwright-disable-line -- a relay\n";
        assert_eq!(Suppressions::parse(comments).unknown, []);
    }

    #[test]
    fn block_comments_between_are_no_code() {
        check("// solwright-disable-next-line tx-origin\n/* a\n b */\n#\n#", &[1]);
    }

    #[test]
    fn the_next_item_is_silenced_to_its_end() {
        check(
            "// solwright-disable-next-item tx-origin\n/// Documented.\nfunction f(uint[2] a) public {\n#\n{ # }\n// }\n# }\n#",
            &[3],
        );
        check("// solwright-disable-next-item tx-origin\nS s = S({\n# });\n#", &[1]);
        check("contract A {\n#\n// forge-lint: disable-next-item(tx-origin)\n}\n#", &[0, 1]);
        check("// solwright-disable-next-item tx-origin\ncontract A { function f() public { # }\n# }\n#", &[2]);
        check("// solwright-disable-next-item tx-origin\nfunction half( {\n#", &[]);
        check("# // solwright-disable-next-item tx-origin", &[0]);
    }

    #[test]
    fn a_range_closes_for_the_ids_that_its_end_names() {
        let text = "// solwright-disable-start reentrancy, tx-origin\n#\n// solwright-disable-end reentrancy\n#\n\
                    // solwright-disable-end tx-origin\n#";
        check(text, &[2]);
        check("// solwright-disable-start tx-origin\n#\n// solwright-disable-end\n#", &[1]);
    }

    #[test]
    fn ids_that_no_detector_has_are_told_only_of_comments_of_ours() {
        let text = "é // solwright-disable-line tx-orign, tx-origin, nonsense\n\
                    // slither-disable-next-line constable-states\n// forge-lint: disable-line(mixed-case-variable)\n";
        let unknown = Suppressions::parse(text).unknown;
        let told: Vec<_> = unknown.iter().map(|(id, span)| (id.as_str(), span.text(text))).collect();
        assert_eq!(told, [("tx-orign", "tx-orign"), ("nonsense", "nonsense")]);
    }
}
