//! Tokens to text while they arrive, never cutting a character.

use crate::Tokenizer;

/// Collects the bytes of tokens and gives out whole characters.
#[derive(Debug, Default)]
pub struct TokenStream {
    /// The start of a character whose end has not arrived.
    pending: Vec<u8>,
}

impl TokenStream {
    /// An empty stream.
    pub fn new() -> TokenStream {
        TokenStream::default()
    }

    /// The text that is complete after `token`; bytes that can't become a character turn into U+FFFD.
    pub fn push(&mut self, tokenizer: &Tokenizer, token: u32) -> String {
        self.push_bytes(tokenizer.token_bytes(token))
    }

    /// What is left when no token follows.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
    }

    fn push_bytes(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let whole = match self.pending.utf8_chunks().last() {
            Some(last) if is_unfinished(last.invalid(), &self.pending) => self.pending.len() - last.invalid().len(),
            _ => self.pending.len(),
        };
        let rest = self.pending.split_off(whole);
        String::from_utf8_lossy(&std::mem::replace(&mut self.pending, rest)).into_owned()
    }
}

/// Whether the invalid bytes stand at the very end and more bytes could complete them.
fn is_unfinished(invalid: &[u8], all: &[u8]) -> bool {
    let at_end = all.ends_with(invalid);
    at_end && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_cut_anywhere_come_out_whole() {
        let text = "pay 5 € to 🦀, naïve";
        for size in 1..6 {
            let mut stream = TokenStream::new();
            let mut out: String = text.as_bytes().chunks(size).map(|chunk| stream.push_bytes(chunk)).collect();
            assert!(!out.contains('\u{fffd}'));
            out += &stream.finish();
            assert_eq!(out, text);
        }
    }

    #[test]
    fn broken_bytes_become_replacement_characters_at_once() {
        let mut stream = TokenStream::new();
        assert_eq!(stream.push_bytes(b"a\xff"), "a\u{fffd}");
        assert_eq!(stream.push_bytes(b"\xe2\x82"), "");
        assert_eq!(stream.push_bytes(b"z"), "\u{fffd}z");
        assert_eq!(stream.push_bytes(b"\xf0\x9f"), "");
        assert_eq!(stream.finish(), "\u{fffd}");
    }
}
