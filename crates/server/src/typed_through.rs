//! Completions that were offered and are being typed: as long as the user types what they say, the rest of them is offered at once, without
//! the model.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{Mutex, PoisonError},
};

/// Offers that are kept; the one that was of use the longest ago goes first.
const MOST_KEPT: usize = 250;

/// The offers of all documents, the last used one last.
#[derive(Default)]
pub struct TypedThrough(Mutex<VecDeque<Offer>>);

/// A completion and the place that it was made for. Texts are known by their hashes.
struct Offer {
    offset: usize,
    before: u64,
    after: u64,
    text: String,
}

impl TypedThrough {
    /// Keeps what was offered at byte `offset` of `text`.
    pub fn keep(&self, text: &str, offset: usize, offered: &str) {
        let (before, after) = text.split_at(offset);
        let offer = Offer { offset, before: hash(before), after: hash(after), text: offered.to_owned() };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(offer);
        if all.len() > MOST_KEPT {
            all.pop_front();
        }
    }

    /// What is left of an offer that was typed up to byte `offset` of `text`.
    pub fn rest(&self, text: &str, offset: usize) -> Option<String> {
        let after = hash(&text[offset..]);
        let left = |offer: &Offer| {
            let typed = text.get(offer.offset..offset).filter(|_| offer.after == after)?;
            let rest = offer.text.strip_prefix(typed).filter(|rest| !rest.is_empty())?;
            (hash(&text[..offer.offset]) == offer.before).then(|| rest.to_owned())
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, rest) = all.iter().enumerate().rev().find_map(|(at, offer)| Some((at, left(offer)?)))?;
        let used = all.remove(at);
        all.extend(used);
        Some(rest)
    }
}

fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_of_an_offer_leaves_its_rest() {
        let offers = TypedThrough::default();
        offers.keep("a = ;", 4, "balance + 1");
        assert_eq!(offers.rest("a = bal;", 7).as_deref(), Some("ance + 1"));
        assert_eq!(offers.rest("a = ;", 4).as_deref(), Some("balance + 1"));
        assert_eq!(offers.rest("a = bol;", 7), None);
        assert_eq!(offers.rest("b = bal;", 7), None);
        assert_eq!(offers.rest("a = bal);", 7), None);
        assert_eq!(offers.rest("a = balance + 1;", 15), None);
    }

    #[test]
    fn the_offer_that_was_of_no_use_the_longest_goes_first() {
        let offers = TypedThrough::default();
        (0..MOST_KEPT).for_each(|number| offers.keep(&format!("{number} = "), format!("{number} = ").len(), "x;"));
        assert!(offers.rest("0 = ", 4).is_some());
        offers.keep("new = ", 6, "y;");
        assert!(offers.rest("0 = ", 4).is_some());
        assert_eq!(offers.rest("1 = ", 4), None);
    }
}
