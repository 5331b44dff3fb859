//! A change of one function, and what it makes of each claim, by construction.

use super::original::Original;
use solwright_generate::reasoning::Claim;
use solwright_syntax::{Span, code_tokens};
use std::collections::HashSet;

/// What is done to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A modifier is taken off.
    ModifierDropped(String),
    /// A check is taken out; this is the condition that it asked for.
    CheckDropped(String),
    /// A check asks for the contrary.
    CheckNegated(String),
    /// An event is no longer told.
    EventDropped(String),
    /// A write is taken out.
    WriteDropped(String),
    /// A call is taken out.
    CallDropped(String),
    /// A write is put after a call.
    WrittenLate { name: String, call: String },
    /// Two writes change places.
    WritesSwapped(String, String),
    /// A computation may wrap around.
    Unchecked,
    /// What anyone could call is for the contract alone.
    Hidden,
}

/// What a change makes of a claim about the function before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is false now.
    False,
    /// It is as true as before.
    True,
    /// This cannot be told from the change alone, and nothing is counted.
    Open,
}

/// A function after a change.
pub struct Mutant {
    pub change: Change,
    /// The whole file.
    pub text: String,
    /// The function in it.
    pub span: Span,
    /// What was taken out.
    removed: String,
}

/// A mutant beside its original.
pub struct Pair<'a> {
    original: &'a Original<'a>,
    mutant: &'a Mutant,
    removed: HashSet<&'a str>,
    /// Words of what the mutant says itself.
    rest: HashSet<&'a str>,
    /// Words of what the original reaches.
    reach: HashSet<&'a str>,
    /// Whether what was taken out may have done more than it says.
    is_deep: bool,
}

impl Change {
    /// Its name in the table.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ModifierDropped(_) => "modifier dropped",
            Self::CheckDropped(_) => "check dropped",
            Self::CheckNegated(_) => "check negated",
            Self::EventDropped(_) => "event dropped",
            Self::WriteDropped(_) => "write dropped",
            Self::CallDropped(_) => "call dropped",
            Self::WrittenLate { .. } => "write after its call",
            Self::WritesSwapped(..) => "writes swapped",
            Self::Unchecked => "`unchecked` added",
            Self::Hidden => "made internal",
        }
    }
}

impl Mutant {
    /// The function with each span of `edits` replaced; the edits do not overlap.
    pub fn of(original: &Original<'_>, change: Change, mut edits: Vec<(Span, String)>) -> Self {
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let (mut text, mut end) = (original.task.text.clone(), original.span().end);
        let mut removed = String::new();
        for (span, with) in edits {
            let kept: HashSet<&str> = code_tokens(&with).collect();
            removed.extend(
                code_tokens(original.text(span)).filter(|word| !kept.contains(word)).flat_map(|word| [word, " "]),
            );
            end = end - span.len() + with.len();
            text.replace_range(span.range(), &with);
        }
        if matches!(change, Change::WrittenLate { .. } | Change::WritesSwapped(..) | Change::Hidden) {
            removed.clear();
        }
        Self { change, text, span: Span::new(original.span().start, end), removed }
    }
}

impl<'a> Pair<'a> {
    pub fn of(original: &'a Original<'a>, mutant: &'a Mutant) -> Self {
        Self {
            original,
            mutant,
            removed: code_tokens(&mutant.removed).collect(),
            rest: code_tokens(mutant.span.text(&mutant.text)).collect(),
            reach: original.reach(original.text(original.span())),
            is_deep: !original.reach(&mutant.removed).is_empty(),
        }
    }

    /// What becomes of a claim that holds for the original.
    pub fn fate(&self, claim: &Claim) -> Fate {
        if let Some(fate) = self.by_change(claim) {
            return fate;
        }
        match claim {
            Claim::Reads(name) | Claim::Emits(name) | Claim::FailsWith(name) | Claim::WritesAfterCall(name) => {
                self.untouched(&[name])
            }
            Claim::Calls(name) | Claim::Wraps(name) => self.untouched(&[name]),
            Claim::Writes(names) => self.untouched(&names.iter().collect::<Vec<_>>()),
            Claim::WrittenBefore { name, call } => self.untouched(&[name, call]),
            Claim::Guard(name) if self.is_deep => self.untouched(&[name]),
            _ => Fate::True,
        }
    }

    /// Whether a claim that holds for the mutant is false of the original.
    pub fn is_new(&self, claim: &Claim) -> bool {
        let text = self.original.text(self.original.span());
        match (&self.mutant.change, claim) {
            (Change::CheckDropped(_), Claim::NeverFails)
            | (Change::WriteDropped(_), Claim::WritesNothing)
            | (Change::CallDropped(_), Claim::CallsNothing)
            | (Change::Hidden, Claim::OnlyInside) => true,
            (Change::ModifierDropped(name), Claim::AnyoneMayCall) => name.starts_with("only"),
            (Change::WrittenLate { name, .. }, Claim::WritesAfterCall(late)) => name == late,
            (Change::Unchecked, Claim::Wraps(_)) => !text.contains("unchecked"),
            _ => false,
        }
    }

    /// What the change is about.
    fn by_change(&self, claim: &Claim) -> Option<Fate> {
        let once = |word: &str| !self.rest.contains(root(word)) && !self.reach.contains(root(word));
        let false_or_open = |is_false| Some(if is_false { Fate::False } else { Fate::Open });
        match (&self.mutant.change, claim) {
            (Change::ModifierDropped(name), Claim::Guard(asked) | Claim::Locked(asked) | Claim::Requires(asked)) => {
                (root(asked) == name).then_some(Fate::False)
            }
            (
                Change::CheckDropped(condition) | Change::CheckNegated(condition),
                Claim::Requires(asked) | Claim::Guard(asked) | Claim::RevertsUnless { condition: asked, .. },
            ) => (solid(asked) == solid(condition)).then_some(Fate::False),
            // A flag that is asked for and set holds reentrant calls off as long as both are done.
            (Change::CheckDropped(condition) | Change::CheckNegated(condition), Claim::Locked(lock))
                if lock.contains('=') =>
            {
                false_or_open(code_tokens(condition).any(|word| word == root(lock)))
            }
            (Change::WriteDropped(name), Claim::Locked(lock)) if lock.contains('=') => {
                (root(lock) == root(name)).then(|| false_or_open(self.writes_once(name))).flatten()
            }
            // Whoever was kept out may be the only one who is let in now.
            (Change::CheckNegated(condition), Claim::AnyoneMayCall) => {
                code_tokens(condition).any(|word| word == "sender").then_some(Fate::Open)
            }
            (Change::EventDropped(event), Claim::Emits(told)) if event == told => false_or_open(once(event)),
            (Change::WriteDropped(name), Claim::Writes(all)) if all.contains(name) => self.unwritten(name),
            (
                Change::WriteDropped(name),
                Claim::WrittenBefore { name: written, .. } | Claim::WritesAfterCall(written),
            ) if name == written => self.unwritten(name),
            (Change::CallDropped(target), Claim::Calls(called)) if called.starts_with(target.as_str()) => {
                false_or_open(self.calls(target) == 1 && !self.reach.contains(root(target)))
            }
            (Change::CallDropped(_), Claim::WrittenBefore { .. } | Claim::WritesAfterCall(_)) => Some(Fate::Open),
            (Change::WrittenLate { .. }, Claim::SettledBeforeCalls) => Some(Fate::False),
            (Change::WrittenLate { name, call }, Claim::WrittenBefore { name: written, call: called }) => {
                (name == written).then(|| if called.starts_with(call.as_str()) { Fate::False } else { Fate::Open })
            }
            (Change::WrittenLate { name, .. }, Claim::Writes(all)) if all.len() > 1 && all.contains(name) => {
                Some(Fate::Open)
            }
            (Change::WritesSwapped(first, second), Claim::Writes(all)) => {
                let at = |name: &String| all.iter().position(|one| one == name);
                let is_said = at(first).zip(at(second)).is_some_and(|(first, second)| first < second);
                false_or_open(is_said && [first, second].iter().all(|name| self.writes_once(name)))
            }
            (Change::Unchecked, Claim::OverflowReverts) => Some(Fate::False),
            (Change::Hidden, Claim::AnyoneMayCall) => Some(Fate::False),
            _ => None,
        }
    }

    /// What was taken out does not speak of these.
    fn untouched(&self, names: &[&String]) -> Fate {
        let speaks = |name: &&String| code_tokens(name).any(|word| self.removed.contains(word));
        if self.is_deep || names.iter().any(speaks) { Fate::Open } else { Fate::True }
    }

    fn unwritten(&self, name: &str) -> Option<Fate> {
        Some(if self.writes_once(name) { Fate::False } else { Fate::Open })
    }

    /// Nothing else writes the variable: neither another statement nor what the function calls.
    fn writes_once(&self, name: &str) -> bool {
        let writers = self.original.writers();
        let by_root = writers.iter().filter(|(written, _)| root(written) == root(name));
        by_root.map(|(_, count)| count).sum::<usize>() == 1 && !self.reach.contains(root(name))
    }

    fn calls(&self, target: &str) -> usize {
        let statements = self.original.statements();
        statements.iter().filter(|place| self.original.called(place.stmt) == Some(target)).count()
    }
}

/// The variable of `variable.field`, the modifier of `modifier(argument)`.
fn root(name: &str) -> &str {
    code_tokens(name).next().unwrap_or_default()
}

fn solid(text: &str) -> String {
    text.split_whitespace().collect()
}
