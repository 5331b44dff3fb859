//! How often each word stands in the main file, outside of comments.

use solwright_syntax::without_comments;
use std::collections::HashMap;

pub(super) struct Words(HashMap<String, u32>);

impl Words {
    pub fn of(text: &str) -> Self {
        let mut counts = HashMap::new();
        let text = without_comments(text);
        let is_word = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
        for word in text.split(|char| !is_word(char)).filter(|word| !word.is_empty()) {
            match counts.get_mut(word) {
                Some(count) => *count += 1,
                None => _ = counts.insert(word.to_owned(), 1_u32),
            }
        }
        Self(counts)
    }

    /// Whether a declared name stands nowhere but in its declaration. Strings count as uses, so that assembly and
    /// signatures in text do.
    pub fn is_unused(&self, name: &str) -> bool {
        self.0.get(name).is_none_or(|count| *count <= 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_uses() {
        let words = Words::of("uint a; uint b; // a\nb = 1;");
        assert!(words.is_unused("a") && !words.is_unused("b"));
    }
}
