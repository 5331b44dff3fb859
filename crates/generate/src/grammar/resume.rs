//! A constraint in the middle of a body that somebody else has begun, and maybe ended too.

use super::{
    constraint::Constraint,
    recall::{stand_in, unit_at},
};
use std::ops::Range;

/// Most statements that may stand for what they declare.
const MOST_REFUSALS: usize = 60;

impl Constraint {
    /// This constraint after what is there of a body. A whole statement that it cannot say counts as what it declares.
    pub fn after(&self, before: &str) -> Option<Self> {
        self.settle(before.to_owned(), 0..0)
    }

    /// Whether `between` stands between the one text and the other. What is wrong with statements away from it does not count.
    pub fn joins(&self, before: &str, between: &str, after: &str) -> bool {
        let sure = before.len()..before.len() + between.len().max(1);
        self.settle([before, between, after].concat(), sure).is_some()
    }

    fn settle(&self, mut text: String, mut sure: Range<usize>) -> Option<Self> {
        for _ in 0..MOST_REFUSALS {
            let mut constraint = self.fork();
            let taken = text.floor_char_boundary(constraint.read(&text));
            if taken < text.len() && constraint.is_whole() {
                return None;
            }
            // That a function which must return does not yet is no reason to refuse what stands before.
            if taken == text.len() || text[taken..].trim() == "}" {
                return Some(constraint);
            }
            let unit = unit_at(&text, taken).filter(|unit| unit.end <= sure.start || sure.end <= unit.start)?;
            let instead = stand_in(&text[unit.clone()], self.scope());
            if text[unit.clone()] == *instead {
                return None;
            }
            if unit.end <= sure.start {
                let moved = |at: usize| at - unit.len() + instead.len();
                sure = moved(sure.start)..moved(sure.end);
            }
            text.replace_range(unit, &instead);
        }
        None
    }
}
