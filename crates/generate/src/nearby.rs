//! Code nearby as a language model of its own. Contracts repeat themselves: where what was just written stands somewhere else in the
//! project too, what follows there is likely to follow here, and a small model that sees a thousand tokens does not know it.
//!
//! A cache model (Kuhn and De Mori 1990; for code Tu, Su and Devanbu, "On the Localness of Software", FSE 2014): the longest match of the
//! last tokens anywhere in the project's code votes for the next one, and the vote is mixed with the model's own probabilities.

use solwright_analysis::project::Sources;
use solwright_model::Tokenizer;
use solwright_syntax::{FunctionStub, without_comments};
use std::collections::HashMap;

/// Tokens of the project that are looked through; each costs about a nanosecond for each token that is written.
const MOST_TOKENS: usize = 65_536;
/// Lengths of a match from which on a row of [`WEIGHTS`] holds.
const LENGTHS: [usize; 9] = [1, 2, 3, 4, 6, 8, 12, 16, 24];
/// How much the vote counts: where the places that match differ, where there is one, and where several agree.
const WEIGHTS: [[f32; 3]; 9] = [
    [0.0, 0.0, 0.0],
    [0.05, 0.05, 0.3],
    [0.1, 0.2, 0.3],
    [0.1, 0.3, 0.5],
    [0.15, 0.35, 0.7],
    [0.2, 0.45, 0.75],
    [0.3, 0.6, 0.8],
    [0.3, 0.7, 0.8],
    [0.3, 0.9, 0.9],
];

/// The project's code in tokens.
#[derive(Debug)]
pub struct Nearby {
    tokens: Vec<u32>,
}

impl Nearby {
    /// The code of the sources without comments, the main file first and without the stub, indented as a draft is.
    pub fn of(sources: &Sources, stub: &FunctionStub, tokenizer: &Tokenizer) -> Self {
        let mut tokens = Vec::new();
        for (number, file) in sources.files.iter().enumerate() {
            let mut text = file.text.to_string();
            if number == 0 {
                text.replace_range(stub.span.range(), "");
            }
            tokens.extend(tokenizer.encode(&outdented(&text, &stub.indent), false));
            if tokens.len() >= MOST_TOKENS {
                break;
            }
        }
        tokens.truncate(MOST_TOKENS);
        Self { tokens }
    }

    /// Mixes what follows elsewhere into the logits of what follows `written`, whose ln Σ exp is `total`; returns what that is then.
    pub fn blend(&self, written: &[u32], logits: &mut [f32], total: f64) -> f64 {
        let Some(vote) = self.vote(written) else { return total };
        let places: u32 = vote.follows.values().sum();
        let odds = f64::from(vote.weight / (1.0 - vote.weight));
        for (token, count) in vote.follows {
            if let Some(logit) = logits.get_mut(token as usize) {
                let own = (f64::from(*logit) - total).exp();
                let mixed = own + odds * f64::from(count) / f64::from(places);
                *logit = (total + mixed.ln()) as f32;
            }
        }
        total + odds.ln_1p()
    }

    fn vote(&self, written: &[u32]) -> Option<Vote> {
        let most = *LENGTHS.last()?;
        let (mut longest, mut follows) = (0, HashMap::new());
        for at in 1..self.tokens.len() {
            let before = self.tokens[..at].iter().rev();
            let length = before.zip(written.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
            if length > longest {
                longest = length;
                follows.clear();
            }
            if length == longest && length > 0 {
                *follows.entry(self.tokens[at]).or_insert(0) += 1;
            }
        }
        let row = LENGTHS.iter().rposition(|length| *length <= longest)?;
        let agreement = match (follows.len(), follows.values().sum()) {
            (1, 1) => 1,
            (1, _) => 2,
            _ => 0,
        };
        let weight = WEIGHTS[row][agreement];
        (weight > 0.0).then_some(Vote { weight, follows })
    }
}

/// What follows in the places that match.
struct Vote {
    weight: f32,
    /// By token, how often.
    follows: HashMap<u32, u32>,
}

/// The code without comments and blank lines, one level of indentation less.
fn outdented(text: &str, indent: &str) -> String {
    let code = without_comments(text);
    let lines = code.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line.strip_prefix(indent).unwrap_or(line), "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probabilities after `written` where the model finds ten tokens equally likely.
    fn after(written: &[u32], elsewhere: &[u32]) -> Vec<f64> {
        let mut logits = [1.5f32; 10];
        let total = 1.5 + 10f64.ln();
        let total = Nearby { tokens: elsewhere.to_vec() }.blend(written, &mut logits, total);
        let weights: Vec<f64> = logits.iter().map(|&logit| f64::from(logit).exp()).collect();
        let sum: f64 = weights.iter().sum();
        assert!((sum.ln() - total).abs() < 1e-6);
        weights.iter().map(|weight| weight / sum).collect()
    }

    #[test]
    fn what_follows_elsewhere_gains_by_the_weight_of_its_match() {
        let mixed = after(&[9, 1, 2, 3, 4], &[7, 1, 2, 3, 4, 5, 8]);
        let weight = f64::from(WEIGHTS[3][1]);
        assert!((mixed[5] - (weight + (1.0 - weight) * 0.1)).abs() < 1e-6);
        assert!((mixed[8] - (1.0 - weight) * 0.1).abs() < 1e-6);
        assert!((mixed.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_longest_match_votes_and_shorter_ones_do_not() {
        let mixed = after(&[1, 2, 3, 4], &[4, 6, 0, 4, 6, 0, 1, 2, 3, 4, 5]);
        assert!(mixed[5] > 0.3 && mixed[6] < 0.1);
    }

    #[test]
    fn places_that_differ_share_the_vote() {
        let mixed = after(&[1, 2, 3, 4], &[1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 6, 0, 1, 2, 3, 4, 6]);
        let weight = f64::from(WEIGHTS[3][0]);
        assert!((mixed[6] - (weight * 2.0 / 3.0 + (1.0 - weight) * 0.1)).abs() < 1e-6);
        assert!((mixed[5] - (weight / 3.0 + (1.0 - weight) * 0.1)).abs() < 1e-6);
    }

    #[test]
    fn without_a_match_the_model_speaks_alone() {
        assert_eq!(after(&[1, 2], &[3, 4, 5]), after(&[], &[]));
        assert!(after(&[1, 2], &[]).iter().all(|share| (share - 0.1).abs() < 1e-6));
    }

    #[test]
    fn code_is_told_as_a_draft_tells_it() {
        let text = "contract C {\n    // why\n    function f() public {\n        x = 1; /* so */\n\n    }\n}\n";
        assert_eq!(outdented(text, "    "), "contract C {\nfunction f() public {\n    x = 1;\n}\n}\n");
    }
}
