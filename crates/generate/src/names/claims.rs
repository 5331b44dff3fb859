//! Claims: reasoning may only say of things that are there that they are read, written, emitted or relied on, and once of each.

use super::Scope;
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

/// Reads reasoning as it is written and refuses back-ticked names that are not in scope. A clone tries a continuation.
#[derive(Clone, Debug)]
pub struct ClaimFilter {
    scope: Arc<Scope>,
    /// The claim so far, from its first word.
    claim: String,
    /// The name that is being written between back ticks.
    name: Option<String>,
    said: HashSet<String>,
}

impl ClaimFilter {
    /// A filter at the start of the reasoning.
    pub fn new(scope: Arc<Scope>) -> Self {
        Self { scope, claim: String::new(), name: None, said: HashSet::new() }
    }

    /// Reads on; false when a name in `text`, or the one that it leaves unfinished, cannot stand there.
    pub fn read(&mut self, text: &str) -> bool {
        text.chars().all(|sign| self.step(sign)) && self.may_go_on()
    }

    fn step(&mut self, sign: char) -> bool {
        match (&mut self.name, sign) {
            (None, '`') => self.name = Some(String::new()),
            (None, ';' | '\n' | ':') => self.claim.clear(),
            (None, _) => self.claim.push(sign),
            (Some(_), '`') => return self.finish(),
            (Some(name), _) => name.push(sign),
        }
        true
    }

    fn finish(&mut self) -> bool {
        let name = self.name.take().unwrap_or_default();
        let fits = self.wanted().is_none_or(|names| names.contains(&name));
        let key = format!("{} {name}", self.verb());
        fits && self.said.insert(key)
    }

    fn may_go_on(&self) -> bool {
        let (Some(name), Some(names)) = (&self.name, self.wanted()) else { return true };
        let is_new = |whole: &&String| !self.said.contains(&format!("{} {whole}", self.verb()));
        names.iter().filter(is_new).any(|whole| whole.starts_with(name.as_str()))
    }

    /// The names that the claim can be about; `None` for claims about anything.
    fn wanted(&self) -> Option<&BTreeSet<String>> {
        match self.verb() {
            "reads" | "writes" => Some(&self.scope.state),
            "emits" => Some(&self.scope.events),
            "guarded" if !self.scope.guards.is_empty() => Some(&self.scope.guards),
            _ => None,
        }
    }

    fn verb(&self) -> &str {
        self.claim.split_whitespace().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter() -> ClaimFilter {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let scope = Scope {
            state: set(&["balances", "total"]),
            events: set(&["Moved"]),
            guards: set(&["onlyOwner"]),
            ..Scope::default()
        };
        ClaimFilter::new(Arc::new(scope))
    }

    #[test]
    fn claims_about_what_is_there_pass() {
        let text = "Purpose: moves `anything`.\nAccess: guarded by `onlyOwner`.\nState: reads `total`; reads `balances`; \
                    writes `balances` then `total`; emits `Moved`.\nFailures: requires `a > b`.";
        let mut filter = filter();
        for (at, sign) in text.char_indices() {
            assert!(filter.read(&sign.to_string()), "refused after: {}", &text[..=at]);
        }
    }

    #[test]
    fn claims_about_what_is_not_there_and_repeated_ones_are_refused() {
        for text in [
            "State: reads `own",
            "emits `Sent`",
            "guarded by `onlyA",
            "reads `total`; reads `total`",
            "writes `total` then `to",
        ] {
            assert!(!filter().read(text), "{text}");
        }
    }
}
