//! Stages: the reasoning of a model that was taught them keeps to them, one line each, in sentences that claim something.

use super::Scope;
use crate::reasoning::{Claim, STAGES};
use std::{collections::BTreeSet, sync::Arc};

/// Longest purpose, and longest condition between back ticks, in characters.
const LONGEST_PURPOSE: usize = 120;
const LONGEST_TEXT: usize = 100;
/// Most variables that one sentence says are written.
const MOST_WRITES: usize = 5;

/// Reads reasoning as it is written and refuses what no stage can say. A clone tries a continuation.
#[derive(Clone, Debug)]
pub struct StageFilter {
    /// What each stage can say, by its place in [`STAGES`]; the purpose is free.
    forms: Arc<Vec<Vec<Form>>>,
    /// Ways to read what stands, each at one place of the language.
    ways: Vec<Way>,
}

/// A sentence: text, names and free text in turns.
type Form = Vec<Part>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// These words.
    Words(String),
    /// Anything without a back tick or the end of a line, not without end.
    Free(usize),
}

/// A place in the language.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    stage: usize,
    /// The form of the stage, and the part of it.
    form: usize,
    part: usize,
    /// Characters of the part that were read.
    at: usize,
    /// What was read is a sentence's end or the head of a stage, up to here; then forms begin.
    between: Option<String>,
}

impl StageFilter {
    /// A filter at the start of the reasoning about a function of this scope.
    pub fn new(scope: &Scope) -> Self {
        let forms = STAGES.iter().map(|stage| forms(stage, scope)).collect();
        Self { forms: Arc::new(forms), ways: vec![Way::between(0, format!("{}: ", STAGES[0]))] }
    }

    /// Reads on; false when no stage can say that.
    pub fn read(&mut self, text: &str) -> bool {
        for sign in text.chars() {
            let mut next: Vec<Way> = Vec::new();
            for way in &self.ways {
                for after in self.step(way, sign) {
                    if !next.contains(&after) {
                        next.push(after);
                    }
                }
            }
            self.ways = next;
        }
        !self.ways.is_empty()
    }

    /// Where a way leads with one more character.
    fn step(&self, way: &Way, sign: char) -> Vec<Way> {
        if let Some(between) = &way.between {
            let Some(rest) = between.strip_prefix(sign) else { return Vec::new() };
            return match rest {
                "" => self.begin(way.stage),
                rest => vec![Way::between(way.stage, rest.to_owned())],
            };
        }
        let form = &self.forms[way.stage][way.form];
        match &form[way.part] {
            Part::Words(words) if words[way.at..].starts_with(sign) => {
                let at = way.at + sign.len_utf8();
                if at == words.len() { self.after(way) } else { vec![Way { at, ..way.clone() }] }
            }
            Part::Free(most) if way.at < *most && !matches!(sign, '`' | '\n') => {
                let read = Way { at: way.at + 1, ..way.clone() };
                let mut ways = self.after(&read);
                ways.push(read);
                ways
            }
            _ => Vec::new(),
        }
    }

    /// Where a part leads that is read whole.
    fn after(&self, way: &Way) -> Vec<Way> {
        if way.part + 1 < self.forms[way.stage][way.form].len() {
            return vec![Way { part: way.part + 1, at: 0, ..way.clone() }];
        }
        let next = match STAGES.get(way.stage + 1) {
            Some(name) => Way::between(way.stage + 1, format!(".\n{name}: ")),
            None => Way::between(way.stage, ".\n</think>".to_owned()),
        };
        let more = Way::between(way.stage, "; ".to_owned());
        if way.stage == 0 { vec![next] } else { vec![next, more] }
    }

    fn begin(&self, stage: usize) -> Vec<Way> {
        let forms = self.forms[stage].iter().enumerate();
        forms.map(|(form, _)| Way { stage, form, part: 0, at: 0, between: None }).collect()
    }
}

impl Way {
    fn between(stage: usize, text: String) -> Self {
        Self { stage, form: 0, part: 0, at: 0, between: Some(text) }
    }
}

/// The sentences of a stage that can be true of a function of this scope.
fn forms(stage: &str, scope: &Scope) -> Vec<Form> {
    let fixed = |claim: Claim| vec![Part::Words(claim.to_string())];
    let each = |names: &BTreeSet<String>, claim: fn(String) -> Claim| {
        names.iter().map(|name| fixed(claim(name.clone()))).collect::<Vec<_>>()
    };
    let free = |before: &str, after: &str| {
        vec![Part::Words(format!("{before}`")), Part::Free(LONGEST_TEXT), Part::Words(format!("`{after}"))]
    };
    match stage {
        "Purpose" => vec![vec![Part::Free(LONGEST_PURPOSE)]],
        "Inputs" if scope.parameters.is_empty() => vec![fixed(Claim::NoInputs)],
        "Inputs" => vec![fixed(Claim::Inputs(scope.parameters.clone()))],
        "Access" if scope.is_inside => vec![fixed(Claim::OnlyInside)],
        "Access" => {
            let mut forms = each(&scope.guards, Claim::Guard);
            forms.extend([fixed(Claim::AnyoneMayCall), free("guarded by ", "")]);
            forms
        }
        "State" => {
            let mut forms = each(&scope.state, Claim::Reads);
            forms.push(fixed(Claim::WritesNothing));
            forms.extend(each(&scope.events, Claim::Emits));
            // Which names, and each once, the claims' own filter sees to.
            forms.extend((1..=MOST_WRITES.min(scope.state.len())).map(writes));
            forms
        }
        "Calls" => vec![fixed(Claim::CallsNothing), free("calls ", "")],
        "Failures" => vec![fixed(Claim::NeverFails), free("requires ", ""), free("fails where ", " fails")],
        _ => vec![
            fixed(Claim::SettledBeforeCalls),
            free("reentrant calls are held off by ", ""),
            free("", " is written after a call left"),
        ],
    }
}

fn writes(count: usize) -> Form {
    let mut form = vec![Part::Words("writes `".to_owned()), Part::Free(LONGEST_TEXT)];
    for _ in 1..count {
        form.extend([Part::Words("` then `".to_owned()), Part::Free(LONGEST_TEXT)]);
    }
    form.push(Part::Words("`".to_owned()));
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasoning::{Facts, write};

    fn filter() -> StageFilter {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let scope = Scope {
            state: set(&["balances", "total"]),
            events: set(&["Moved"]),
            guards: set(&["onlyOwner"]),
            parameters: vec!["to".to_owned(), "amount".to_owned()],
            ..Scope::default()
        };
        StageFilter::new(&scope)
    }

    #[test]
    fn stages_in_order_are_taken_sign_by_sign() {
        let text = "Purpose: Moves an amount.\nInputs: `to`, `amount` come from the caller.\nAccess: guarded by `onlyOwner`.\n\
                    State: reads `total`; writes `balances` then `total`; emits `Moved`.\nCalls: calls `to`.\n\
                    Failures: requires `amount <= balances[msg.sender]`.\nSecurity: state is settled before any call leaves.\n</think>";
        let mut filter = filter();
        for (at, sign) in text.char_indices() {
            assert!(filter.read(&sign.to_string()), "refused after: {}", &text[..=at]);
        }
    }

    #[test]
    fn what_facts_compose_fits_the_stages() {
        let text = write(&Facts::default(), "Nothing");
        let scope = Scope::default();
        assert!(StageFilter::new(&scope).read(&text), "{text}");
    }

    #[test]
    fn other_stages_other_names_and_words_without_end_are_refused() {
        for text in [
            "State: reads `total`",
            "Purpose: a.\nState",
            "Purpose: a.\nInputs: `from`",
            "Purpose: a.\nInputs: `to`, `amount` come from the caller.\nAccess: it is safe",
        ] {
            assert!(!filter().read(text), "{text}");
        }
        assert!(!filter().read(&format!("Purpose: {}", "a".repeat(LONGEST_PURPOSE + 1))));
    }
}
