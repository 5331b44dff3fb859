//! Which of some texts speak most of what is asked: BM25 over words of names and prose (Robertson and Zaragoza, "The Probabilistic
//! Relevance Framework: BM25 and Beyond", 2009, section 3).

use crate::sketches::words;
use std::collections::HashMap;

/// How soon a word that comes again counts less, and how much long texts are held back; the values that are usual.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Texts, as the words that they hold.
pub struct Index {
    texts: Vec<HashMap<String, usize>>,
    /// Texts that have a word.
    having: HashMap<String, usize>,
    mean_length: f64,
}

impl Index {
    /// Reads each text once; its place is its number.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut having = HashMap::new();
        let counted = texts.map(|text| {
            let mut counts: HashMap<String, usize> = HashMap::new();
            all_words(text).for_each(|word| *counts.entry(word).or_default() += 1);
            counts.keys().for_each(|word| *having.entry(word.clone()).or_default() += 1);
            counts
        });
        let texts: Vec<_> = counted.collect();
        let words: usize = texts.iter().map(length).sum();
        Self { mean_length: words as f64 / texts.len().max(1) as f64, texts, having }
    }

    /// How much each text speaks of the query, in the order in which they were read; zero where they have no word in common.
    pub fn scores(&self, query: &str) -> Vec<f64> {
        let mut asked: Vec<String> = all_words(query).collect();
        asked.sort_unstable();
        asked.dedup();
        let rarity = |word: &String| {
            let having = self.having.get(word).copied().unwrap_or_default() as f64;
            (1.0 + (self.texts.len() as f64 - having + 0.5) / (having + 0.5)).ln()
        };
        let score = |text: &HashMap<String, usize>| {
            let long = 1.0 - B + B * length(text) as f64 / self.mean_length.max(1.0);
            let worth = |word: &String| {
                let count = text.get(word).copied().unwrap_or_default() as f64;
                rarity(word) * count * (K1 + 1.0) / (count + K1 * long)
            };
            asked.iter().map(worth).sum()
        };
        self.texts.iter().map(score).collect()
    }
}

fn length(text: &HashMap<String, usize>) -> usize {
    text.values().sum()
}

/// Words of prose and of the parts of names: `getUserFee` is three.
fn all_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').flat_map(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_that_shares_the_rarest_words_is_first() {
        let texts = [
            "function setOwner(address owner) external",
            "function setUserFee(address user, uint256 fee) external",
            "function fees() external view",
            "function pause() external",
        ];
        let scores =
            Index::of(texts.into_iter()).scores("/// @notice Sets the fee of a user\nfunction changeFee(address user)");
        let best = |from: usize| (from..4).all(|other| scores[from] >= scores[other]);
        assert!(scores[1] > scores[2] && scores[2] > scores[3] && best(1), "{scores:?}");
    }

    #[test]
    fn nothing_in_common_is_worth_nothing_and_nothing_is_searched_in_vain() {
        assert_eq!(Index::of(["a b", "c"].into_iter()).scores("d"), [0.0, 0.0]);
        assert_eq!(Index::of(std::iter::empty()).scores("d"), [0.0; 0]);
        assert_eq!(Index::of([""].into_iter()).scores("d"), [0.0]);
    }

    #[test]
    fn a_short_text_that_says_it_comes_before_a_long_one_that_says_it_among_others() {
        let long = format!("withdraw {}", "and so on ".repeat(30));
        let scores = Index::of(["withdraw", long.as_str(), "x"].into_iter()).scores("withdraw");
        assert!(scores[0] > scores[1] && scores[1] > 0.0, "{scores:?}");
    }
}
