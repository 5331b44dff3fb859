//! Guesses of what comes next, from the text that was read: contracts repeat themselves.
//!
//! Prompt lookup (Saxena 2023), a draft without a model for speculative decoding (Leviathan et al. 2023). What follows is chosen from the
//! logits in any case, so that guesses change the time and not the text.

/// Tokens that must have stood together before.
const LEAST: usize = 3;
/// Tokens beyond which a longer match says no more.
const MOST: usize = 16;
/// Tokens guessed at once: so many rows more cost little beside reading the weights.
const GUESSED: usize = 7;

/// What followed the longest match of the last tokens, the latest of equals; nothing where they never stood together.
pub fn guess(tokens: &[u32]) -> &[u32] {
    let mut best = (LEAST - 1, tokens.len());
    for end in LEAST..tokens.len() {
        let before = tokens[..end].iter().rev();
        let length = before.zip(tokens.iter().rev()).take(MOST).take_while(|(a, b)| a == b).count();
        if length >= best.0.max(LEAST) {
            best = (length, end);
        }
    }
    let (_, from) = best;
    &tokens[from..tokens.len().min(from + GUESSED)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_match_is_followed_and_then_the_latest() {
        assert_eq!(guess(&[1, 2, 3, 4, 5, 1, 2, 3]), [4, 5, 1, 2, 3]);
        assert_eq!(guess(&[9, 1, 2, 3, 7, 8, 1, 2, 3, 5, 9, 1, 2, 3]), [7, 8, 1, 2, 3, 5, 9]);
        assert_eq!(guess(&[1, 2, 3, 7, 1, 2, 3, 8, 1, 2, 3]), [8, 1, 2, 3]);
        assert!(guess(&[1, 2, 4, 2, 4]).is_empty() && guess(&[]).is_empty() && guess(&[1, 1]).is_empty());
    }
}
