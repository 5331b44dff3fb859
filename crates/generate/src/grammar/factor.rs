//! Keeps the rows of the parser's chart short. llguidance looks for duplicates in a row one by one, so that a row costs the square of its
//! length: what begins alike is begun once, names that nothing tells apart are one terminal, and a rule that many begin with has a door.

use super::rules::{Alternative, NEVER, Rules, When};
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Alternatives of one rule from which on a door is worth its item.
const MANY: usize = 3;

impl Rules {
    /// The same language in fewer items a row.
    pub(super) fn factor(&mut self) {
        let mut factoring =
            Factoring { open: std::mem::take(&mut self.rules).into_iter().collect(), ..Factoring::default() };
        while let Some((name, alternatives)) = factoring.open.pop() {
            let begun_once = factoring.begin_once(alternatives);
            let named_once = factoring.name_once(begun_once);
            self.rules.insert(name, named_once);
        }
        for (pattern, name) in factoring.names {
            self.terminal(name, pattern);
        }
        self.doors();
    }

    /// Puts a rule of one alternative before each that several begin with, so that only one item opens its alternatives.
    fn doors(&mut self) {
        let mut users: HashMap<&str, usize> = HashMap::new();
        for one in self.rules.values().flatten() {
            if let Some(first) = parted(&one.text).and_then(|(first, _)| first.strip_prefix('@')) {
                *users.entry(first).or_default() += 1;
            }
        }
        let crowded = |name: &str, alternatives: &[Alternative]| {
            alternatives.len() >= MANY && users.get(name).is_some_and(|users| *users > 1)
        };
        let names = self.rules.iter().filter(|(name, alternatives)| crowded(name, alternatives));
        let names: Vec<String> = names.map(|(name, _)| name.clone()).collect();
        for name in names {
            // llguidance takes a rule of one symbol for that symbol, unless a condition stands there.
            let inside = format!("in_{name}");
            let door = Alternative::new(format!("@{inside}"), When::If(format!("bit_clear({NEVER})")));
            if let Some(alternatives) = self.rules.insert(name, vec![door]) {
                self.rules.insert(inside, alternatives);
            }
        }
    }
}

#[derive(Default)]
struct Factoring {
    /// Rules of what follows, by what they say.
    tails: HashMap<Vec<String>, String>,
    /// Terminals by their patterns.
    names: BTreeMap<String, String>,
    /// Rules that are still to be factored.
    open: Vec<(String, Vec<Alternative>)>,
}

impl Factoring {
    /// Alternatives no two of which begin alike; what follows becomes rules of their own.
    fn begin_once(&mut self, alternatives: Vec<Alternative>) -> Vec<Alternative> {
        let begins = |one: &Alternative| parted(&one.text).map(|(first, _)| (first.to_owned(), one.when.clone()));
        grouped(alternatives, begins).into_iter().map(|group| self.joined(group)).collect()
    }

    fn joined(&mut self, mut group: Vec<Alternative>) -> Alternative {
        if group.len() == 1 {
            return group.remove(0);
        }
        let (mut start, mut tails) = (String::new(), Vec::new());
        for (first, rest) in group.iter().filter_map(|one| parted(&one.text)) {
            first.clone_into(&mut start);
            tails.push(if rest.is_empty() { "\"\"".to_owned() } else { rest.to_owned() });
        }
        let fresh = format!("after{}", self.tails.len());
        let name = self.tails.entry(tails).or_insert_with_key(|tails| {
            let alternatives = tails.iter().map(|tail| Alternative::new(tail.clone(), When::Always)).collect();
            self.open.push((fresh.clone(), alternatives));
            fresh
        });
        Alternative::new(format!("{start} @{name}"), group.remove(0).when)
    }

    /// Alternatives of which no two are names that the same follows.
    fn name_once(&mut self, alternatives: Vec<Alternative>) -> Vec<Alternative> {
        let follows = |one: &Alternative| {
            let (first, rest) = parted(&one.text)?;
            let word = first.strip_prefix('"')?.strip_suffix('"')?;
            let is_name = word.starts_with(|sign: char| !sign.is_ascii_digit())
                && word.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_' || sign == '$');
            (is_name && !word.is_empty()).then(|| (rest.to_owned(), one.when.clone()))
        };
        grouped(alternatives, follows).into_iter().map(|group| self.named(group)).collect()
    }

    fn named(&mut self, mut group: Vec<Alternative>) -> Alternative {
        if group.len() == 1 {
            return group.remove(0);
        }
        let parts: Vec<(&str, &str)> = group.iter().filter_map(|one| parted(&one.text)).collect();
        let rest = parts.first().map_or("", |(_, rest)| rest);
        let pattern = parts.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ");
        let fresh = format!("NAME{}", self.names.len());
        let name = self.names.entry(pattern).or_insert(fresh);
        Alternative::new(format!("{name} {rest}"), group.remove(0).when)
    }
}

/// Alternatives with equal keys together; those without one stay alone.
fn grouped<K: Eq + Hash>(
    alternatives: Vec<Alternative>,
    key: impl Fn(&Alternative) -> Option<K>,
) -> Vec<Vec<Alternative>> {
    let (mut groups, mut known): (Vec<Vec<Alternative>>, HashMap<K, usize>) = Default::default();
    for one in alternatives {
        let at = key(&one).map_or(groups.len(), |key| *known.entry(key).or_insert(groups.len()));
        match groups.get_mut(at) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// The first symbol of an alternative and what follows it; none where it offers a choice itself.
fn parted(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quoted, mut end) = (0, false, None);
    for (at, sign) in text.char_indices() {
        match sign {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => return None,
            ' ' if depth == 0 => end = end.or(Some(at)),
            _ => {}
        }
    }
    let (first, rest) = text.split_at(end.unwrap_or(text.len()));
    Some((first, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factored(rules: &[(&str, &str)]) -> String {
        let mut all = Rules::default();
        rules.iter().for_each(|(name, text)| all.add(name, *text));
        all.write().unwrap().lines().skip(2).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_begins_alike_is_begun_once_and_names_are_one_terminal() {
        let rules = [("start", "\"a\" \".\" \"x\""), ("start", "\"a\" \".\" \"y\""), ("start", "\"b\" \";\"")];
        let wanted =
            "after0 : \".\" after1\nafter1 : NAME0 \nstart : \"a\" after0\n  | \"b\" \";\"\nNAME0: \"x\" | \"y\"";
        assert_eq!(factored(&rules), wanted);
    }

    #[test]
    fn a_choice_is_not_taken_apart() {
        assert_eq!(parted("\"return\" | RETURNKW"), None);
        assert_eq!(parted("(@a | @b)? \"x y\" @c"), Some(("(@a | @b)?", "\"x y\" @c")));
    }
}
