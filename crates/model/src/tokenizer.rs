//! The tokenizer inside of a GGUF: byte-level BPE with the pre-tokenizer of Qwen2.

use std::collections::HashMap;

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;

use crate::error::Result;
use crate::gguf::Gguf;

/// Qwen2's pre-tokenizer (`tokenizer.json` of Qwen2.5): contractions, words, single digits, punctuation, line ends, space.
const QWEN2_SPLIT: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Names that end an answer, whether or not the header lists them.
const STOPS: [&str; 6] = ["<|im_end|>", "<|endoftext|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "</s>"];

/// Text to token ids and back.
pub struct Tokenizer {
    bpe: tokenizers::Tokenizer,
    /// The bytes of each token, by id.
    bytes: Vec<Box<[u8]>>,
    ids: HashMap<Box<[u8]>, u32>,
    /// Tokens that BPE never makes, longest first.
    added: Vec<Added>,
    stops: Vec<u32>,
    eos: Option<u32>,
    fim: Option<FimTokens>,
}

/// The tokens that frame a fill-in-the-middle prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FimTokens {
    /// Stands before the text on the left of the hole.
    pub prefix: u32,
    /// Stands before the text on the right of the hole.
    pub suffix: u32,
    /// Asks for the text in the hole.
    pub middle: u32,
}

struct Added {
    text: String,
    id: u32,
    /// Steers the model, such as `<|im_end|>`; found only where the caller vouches for the text.
    control: bool,
}

impl Tokenizer {
    /// The ids of `text`. Control tokens such as `<|im_end|>` are recognised only with `parse_special`: text that comes
    /// from a workspace must not be able to end a turn.
    pub fn encode(&self, text: &str, parse_special: bool) -> Vec<u32> {
        let mut ids = Vec::with_capacity(text.len() / 3 + 1);
        let (mut plain, mut at) = (0, 0);
        while at < text.len() {
            match self.added_at(&text.as_bytes()[at..], parse_special) {
                Some(added) => {
                    self.encode_plain(&text[plain..at], &mut ids);
                    ids.push(added.id);
                    at += added.text.len();
                    plain = at;
                }
                None => at += 1,
            }
        }
        self.encode_plain(&text[plain..], &mut ids);
        ids
    }

    /// The text of `ids`, control tokens included; unknown ids and broken UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|&id| self.token_bytes(id).iter().copied()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The bytes that `id` stands for; a token can hold a part of a character.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        self.bytes.get(id as usize).map_or("\u{fffd}".as_bytes(), |bytes| bytes)
    }

    /// The id of the token that is exactly `text`.
    pub fn token_id(&self, text: &str) -> Option<u32> {
        self.ids.get(text.as_bytes()).copied()
    }

    /// The number of tokens.
    pub fn vocabulary(&self) -> usize {
        self.bytes.len()
    }

    /// Whether `id` ends an answer.
    pub fn is_stop(&self, id: u32) -> bool {
        self.stops.contains(&id)
    }

    /// Whether `id` is a control token, which no plain text encodes to.
    pub fn is_control(&self, id: u32) -> bool {
        self.added.iter().any(|added| added.id == id && added.control)
    }

    /// The token that ends a document.
    pub fn eos(&self) -> Option<u32> {
        self.eos
    }

    /// The fill-in-the-middle tokens, when the model has them.
    pub fn fim(&self) -> Option<FimTokens> {
        self.fim
    }

    /// Builds the tokenizer that the header describes.
    pub(crate) fn read(gguf: &Gguf<'_>) -> Result<Tokenizer> {
        check_kind(gguf)?;
        let names: Vec<&str> = match gguf.array("tokenizer.ggml.tokens").and_then(|array| array.texts()) {
            Some(texts) => texts.collect(),
            None => return Err(gguf.unsupported("it holds no tokenizer", "export it with its vocabulary")),
        };
        let added = read_added(gguf, &names);
        let bytes = read_bytes(&names, &added);
        let ids: HashMap<Box<[u8]>, u32> = bytes.iter().cloned().zip(0..).collect();
        let special = |key: &str, names: &[&str]| {
            let listed = gguf.unsigned(&format!("tokenizer.ggml.{key}_token_id")).and_then(|id| u32::try_from(id).ok());
            let listed = listed.filter(|&id| (id as usize) < bytes.len());
            listed.or_else(|| names.iter().find_map(|name| ids.get(name.as_bytes()).copied()))
        };
        let fim = (|| {
            Some(FimTokens {
                prefix: special("fim_pre", &["<|fim_prefix|>"])?,
                suffix: special("fim_suf", &["<|fim_suffix|>"])?,
                middle: special("fim_mid", &["<|fim_middle|>"])?,
            })
        })();
        let eos = special("eos", &["<|endoftext|>"]);
        let named_stops = STOPS.iter().filter_map(|name| ids.get(name.as_bytes()).copied());
        let stops = named_stops.chain(eos).chain(special("eot", &[])).collect();
        Ok(Tokenizer { bpe: build_bpe(gguf, &names)?, bytes, ids, added, stops, eos, fim })
    }

    fn encode_plain(&self, text: &str, ids: &mut Vec<u32>) {
        if text.is_empty() {
            return;
        }
        // Every byte is a token (checked at load), so that encoding has no way to fail.
        if let Ok(encoding) = self.bpe.encode_fast(text, false) {
            ids.extend_from_slice(encoding.get_ids());
        }
    }

    fn added_at(&self, rest: &[u8], parse_special: bool) -> Option<&Added> {
        self.added
            .iter()
            .filter(|added| parse_special || !added.control)
            .find(|added| rest.starts_with(added.text.as_bytes()))
    }
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenizer").field("vocabulary", &self.vocabulary()).finish_non_exhaustive()
    }
}

fn check_kind(gguf: &Gguf<'_>) -> Result<()> {
    const REMEDY: &str = "use a GGUF of the Qwen2 family with its own tokenizer";
    match gguf.text("tokenizer.ggml.model") {
        Some("gpt2") => {}
        Some(other) => return Err(gguf.unsupported(format!("its tokenizer is of kind `{other}`"), REMEDY)),
        None => return Err(gguf.unsupported("it holds no tokenizer", "export it with its vocabulary")),
    }
    match gguf.text("tokenizer.ggml.pre") {
        Some("qwen2" | "deepseek-r1-qwen") => Ok(()),
        Some(other) => Err(gguf.unsupported(format!("its pre-tokenizer is `{other}`"), REMEDY)),
        None => Err(gguf.unsupported("it names no pre-tokenizer", REMEDY)),
    }
}

/// Control and user-defined tokens. Converters differ in which of the two they call a token, so its look decides too.
fn read_added(gguf: &Gguf<'_>, names: &[&str]) -> Vec<Added> {
    const CONTROL: i64 = 3;
    const USER_DEFINED: i64 = 4;
    let kinds = gguf.array("tokenizer.ggml.token_type").and_then(|array| array.integers());
    let kinds = kinds.into_iter().flatten().chain(std::iter::repeat(1));
    let added = names.iter().zip(0..).zip(kinds).filter_map(|((name, id), kind)| {
        let control = kind == CONTROL || (name.starts_with("<|") && name.ends_with("|>") && name.len() > 4);
        let is_added = (control || kind == USER_DEFINED) && !name.is_empty();
        is_added.then(|| Added { text: (*name).to_owned(), id, control })
    });
    let mut added: Vec<Added> = added.collect();
    added.sort_by_key(|added| std::cmp::Reverse(added.text.len()));
    added
}

fn read_bytes(names: &[&str], added: &[Added]) -> Vec<Box<[u8]>> {
    let alphabet: HashMap<char, u8> = byte_alphabet().into_iter().zip(0..=255).collect();
    let mut bytes: Vec<Box<[u8]>> = names.iter().map(|name| name_bytes(name, &alphabet)).collect();
    for token in added {
        bytes[token.id as usize] = token.text.as_bytes().into();
    }
    bytes
}

fn name_bytes(name: &str, alphabet: &HashMap<char, u8>) -> Box<[u8]> {
    let mut bytes = Vec::with_capacity(name.len());
    for character in name.chars() {
        match alphabet.get(&character) {
            Some(byte) => bytes.push(*byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes.into()
}

/// The printable character that stands for each byte in a byte-level vocabulary (GPT-2's `bytes_to_unicode`).
pub(crate) fn byte_alphabet() -> Vec<char> {
    let mut stand_ins = (0x100..).filter_map(char::from_u32);
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let character = |byte: u8| if printable(byte) { byte.into() } else { stand_ins.next().unwrap_or_default() };
    (0..=255).map(character).collect()
}

fn build_bpe(gguf: &Gguf<'_>, names: &[&str]) -> Result<tokenizers::Tokenizer> {
    let vocabulary: Vocab = names.iter().zip(0..).map(|(name, id)| ((*name).to_owned(), id)).collect();
    if vocabulary.len() != names.len() {
        return Err(gguf.damaged("its vocabulary holds a token twice"));
    }
    if let Some(byte) = byte_alphabet().iter().position(|byte| !vocabulary.contains_key(byte.to_string().as_str())) {
        return Err(gguf.damaged(format!("its vocabulary has no token for the byte {byte:#04x}")));
    }
    let merges = read_merges(gguf, &vocabulary)?;
    let failed = |error: tokenizers::Error| gguf.damaged(format!("its tokenizer cannot be built: {error}"));
    let bpe = BPE::builder().vocab_and_merges(vocabulary, merges).build().map_err(failed)?;
    let pattern = SplitPattern::Regex(QWEN2_SPLIT.to_owned());
    let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(failed)?;
    let mut tokenizer = tokenizers::Tokenizer::new(bpe);
    tokenizer.with_normalizer(Some(NFC)).map_err(failed)?;
    tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![split.into(), ByteLevel::new(false, false, false).into()])));
    Ok(tokenizer)
}

/// Checks each merge against the vocabulary here, because the builder indexes by its length unchecked.
fn read_merges(gguf: &Gguf<'_>, vocabulary: &Vocab) -> Result<Vec<(String, String)>> {
    let Some(merges) = gguf.array("tokenizer.ggml.merges").and_then(|array| array.texts()) else {
        return Err(gguf.damaged("`tokenizer.ggml.merges` is missing"));
    };
    let known = |merge: &str| {
        let (left, right) = merge.split_once(' ')?;
        let joined = format!("{left}{right}");
        let known = [left, right, &joined].into_iter().all(|name| vocabulary.contains_key(name));
        known.then(|| (left.to_owned(), right.to_owned()))
    };
    merges
        .map(|merge| known(merge).ok_or_else(|| gguf.damaged(format!("the merge `{merge}` is not in its vocabulary"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Fixture, Quantization};
    use crate::{DeviceChoice, Model, ModelSource, TokenStream};

    #[test]
    fn text_survives_the_way_there_and_back() {
        let model = model();
        for text in ["", "return x;", "\t \r\n\n  }", "naïve € 🦀 漢字", "\u{0} \u{fffd}", "it's <|im_end|> 1234"]
        {
            for parse_special in [false, true] {
                let ids = model.tokenizer().encode(text, parse_special);
                assert_eq!(model.tokenizer().decode(&ids), text);
                let mut stream = TokenStream::new();
                let streamed: String = ids.iter().map(|&id| stream.push(model.tokenizer(), id)).collect();
                assert_eq!(streamed + &stream.finish(), text);
            }
        }
    }

    #[test]
    fn merges_apply_inside_of_words_only() {
        check("return", &["return"]);
        check("x return", &["x", "Ġreturn"]);
        check("retu rn", &["retu", "Ġ", "rn"]);
        check("returned", &["return", "e", "d"]);
    }

    #[test]
    fn control_tokens_are_found_only_in_text_that_is_vouched_for() {
        let model = model();
        let tokenizer = model.tokenizer();
        let end = tokenizer.token_id("<|im_end|>").unwrap();
        assert!(tokenizer.is_control(end) && tokenizer.is_stop(end));
        assert_eq!(tokenizer.encode("<|im_end|>", true), [end]);
        assert!(!tokenizer.encode("<|im_end|>", false).contains(&end));
        let think = tokenizer.token_id("<think>").unwrap();
        assert!(!tokenizer.is_control(think));
        assert_eq!(tokenizer.encode("<think>", false), [think]);
    }

    #[test]
    fn a_hole_is_asked_for_with_the_models_own_tokens() {
        let model = model();
        let id = |name| model.tokenizer().token_id(name).unwrap();
        let prompt = model.fim_prompt("return", "return<|fim_middle|>").unwrap();
        assert_eq!(prompt[..3], [id("<|fim_prefix|>"), id("return"), id("<|fim_suffix|>")]);
        assert_eq!(prompt.iter().filter(|token| **token == id("<|fim_middle|>")).count(), 1);
        assert_eq!(prompt.last(), Some(&id("<|fim_middle|>")));
    }

    #[test]
    fn unknown_ids_decode_to_replacement_characters() {
        assert_eq!(model().tokenizer().decode(&[u32::MAX]), "\u{fffd}");
    }

    #[track_caller]
    fn check(text: &str, names: &[&str]) {
        let model = model();
        let alphabet: HashMap<char, u8> = byte_alphabet().into_iter().zip(0..=255).collect();
        let expected: Vec<Box<[u8]>> = names.iter().map(|name| name_bytes(name, &alphabet)).collect();
        let ids = model.tokenizer().encode(text, false);
        let actual: Vec<Box<[u8]>> = ids.iter().map(|&id| model.tokenizer().token_bytes(id).into()).collect();
        assert_eq!(actual, expected, "`{text}`");
    }

    fn model() -> Model {
        let fixture = Fixture {
            layers: 1,
            hidden: 32,
            heads: 2,
            kv_heads: 1,
            feed_forward: 32,
            ..Fixture::new(Quantization::Q8_0)
        };
        Model::load(ModelSource::Bytes(fixture.leak()), DeviceChoice::Cpu).unwrap()
    }
}
