//! Names taken apart, and how well one fits what is asked.

use solwright_syntax::{FunctionStub, code_tokens};
use std::collections::HashSet;

/// Words that say what is done and not to what; a variable's name seldom holds them.
const VERBS: &[&str] = &[
    "get", "set", "is", "has", "can", "update", "change", "add", "remove", "enable", "disable", "return", "view",
    "toggle", "new", "edit", "modify", "fetch", "check", "of", "the", "all", "total", "current", "to", "from", "for",
    "by", "in", "at",
];
/// Words of prose that name nothing.
const PROSE: &[&str] = &[
    "a", "an", "the", "of", "to", "and", "or", "by", "for", "in", "on", "is", "are", "be", "this", "that", "it", "its",
    "with", "function", "contract", "given", "return", "get", "set", "can", "only", "from", "if", "when", "as",
    "which", "new", "value",
];

/// The words of an identifier, small and in the singular: `getUserFees` is `get`, `user`, `fee`.
pub fn words(name: &str) -> Vec<String> {
    spans(name).into_iter().map(|(start, end)| singular(&name[start..end].to_ascii_lowercase())).collect()
}

/// Where the words of an identifier stand: at underscores and other signs, before a capital letter after a small one, and before the last capital
/// letter of several when a small one follows.
pub fn spans(name: &str) -> Vec<(usize, usize)> {
    let bytes = name.as_bytes();
    let (mut spans, mut start) = (Vec::new(), 0);
    for at in 0..=bytes.len() {
        let ends = at == bytes.len() || !bytes[at].is_ascii_alphanumeric() || at > start && begins_word(bytes, at);
        if ends {
            if at > start {
                spans.push((start, at));
            }
            let skips = at < bytes.len() && !bytes[at].is_ascii_alphanumeric();
            start = at + usize::from(skips);
        }
    }
    spans
}

fn begins_word(bytes: &[u8], at: usize) -> bool {
    let capital = bytes[at].is_ascii_uppercase();
    let after_small = !bytes[at - 1].is_ascii_uppercase();
    let is_small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    // `URIs` are several `URI`.
    let before_small = is_small(at + 1) && (bytes[at + 1] != b's' || is_small(at + 2));
    capital && (after_small || before_small)
}

fn singular(word: &str) -> String {
    match word {
        _ if word.len() > 4 && word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") => {
            word[..word.len() - 1].to_owned()
        }
        _ => word.to_owned(),
    }
}

/// The identifiers of a piece of code, those in its texts and comments left out.
pub fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code_tokens(code).filter(|token| token.starts_with(|sign: char| sign.is_ascii_alphabetic() || "_$".contains(sign)))
}

/// What two forms of a word have in common: `closes`, `closed` and `closing` are all `clos`.
fn stem(word: &str) -> &str {
    const LEAST: usize = 3;
    let ends = ["ing", "ed", "es", "e", "s"].into_iter().filter_map(|end| word.strip_suffix(end));
    ends.into_iter().find(|stem| stem.len() >= LEAST).unwrap_or(word)
}

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|one| stem(one) == stem(word))
}

/// What a stub speaks of.
#[derive(Clone, Debug, Default)]
pub struct Topic {
    /// Words of its name.
    pub name: Vec<String>,
    /// Stems of the words of its documentation and of its parameters.
    around: HashSet<String>,
}

impl Topic {
    pub fn of<'a>(stub: &FunctionStub, params: impl Iterator<Item = &'a str>) -> Self {
        let prose = stub.natspec.as_ref().map_or("", |natspec| natspec.raw.as_str());
        let said = prose.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').flat_map(words);
        let around = said.filter(|word| !PROSE.contains(&word.as_str())).chain(params.flat_map(words));
        Self { name: words(&stub.name), around: around.map(|word| stem(&word).to_owned()).collect() }
    }

    /// How well something named so fits, 0 to 1: the share of its words that are asked for, and of the asked words that it has. What
    /// only the documentation says counts half.
    pub fn fit(&self, named: &[String]) -> f64 {
        self.fit_of(named, |word| !VERBS.contains(&word))
    }

    /// The same for something that is done, whose verb counts.
    pub fn fit_of_act(&self, named: &[String]) -> f64 {
        self.fit_of(named, |_| true)
    }

    fn fit_of(&self, named: &[String], counts: impl Fn(&str) -> bool) -> f64 {
        if named.is_empty() {
            return 0.0;
        }
        let worth = |word: &String| {
            if has(&self.name, word) {
                1.0
            } else if self.around.contains(stem(word)) {
                0.5
            } else {
                0.0
            }
        };
        let asked: Vec<&String> = self.name.iter().filter(|word| counts(word)).collect();
        let precision = named.iter().map(worth).sum::<f64>() / named.len() as f64;
        let covered = asked.iter().filter(|word| has(named, word)).count() as f64 / asked.len().max(1) as f64;
        (precision + covered) / 2.0
    }

    /// Whether the stub's name or documentation has one of the words.
    pub fn says(&self, any: &[&str]) -> bool {
        self.is_named(any) || any.iter().any(|word| self.around.contains(stem(word)))
    }

    /// Whether the name itself has one of the words.
    pub fn is_named(&self, any: &[&str]) -> bool {
        any.iter().any(|word| has(&self.name, word))
    }
}

/// Words that two names have in common, as a share of the longer one.
pub fn likeness(a: &[String], b: &[String]) -> f64 {
    let common = a.iter().filter(|word| has(b, word)).count();
    common as f64 / a.len().max(b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_taken_apart_where_people_join_them() {
        assert_eq!(words("getUserFees"), ["get", "user", "fee"]);
        assert_eq!(words("_tokenURIs"), ["token", "uri"]);
        assert_eq!(words("MAX_SUPPLY"), ["max", "supply"]);
        assert_eq!(words("ERC20Balance"), ["erc20", "balance"]);
        assert_eq!(words("__"), [""; 0]);
        assert_eq!(words("entriesOf"), ["entry", "of"]);
    }

    #[test]
    fn identifiers_stand_outside_of_texts_and_comments() {
        let found: Vec<&str> = identifiers("require(a1 > 10, \"don't b\"); // c\n d['e f'] = $g;").collect();
        assert_eq!(found, ["require", "a1", "d", "$g"]);
    }

    #[test]
    fn what_is_asked_for_by_name_fits_best() {
        let topic = Topic { name: words("getUserFee"), around: ["collect".to_owned()].into() };
        let fit = |name: &str| topic.fit(&words(name));
        assert!(fit("userFees") > fit("fees") && fit("fees") > fit("collected") && fit("collected") > fit("owner"));
        assert_eq!(fit("userFees"), 1.0);
    }
}
