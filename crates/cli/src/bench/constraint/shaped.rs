//! A model of Qwen2.5-Coder's shape where it matters to a constraint: 151,936 tokens, its special ones and its chat template, over a network of
//! one small layer with random weights. It knows nothing; what it costs to hold it to a grammar is what it is for.

/// Words before the special tokens, and all tokens, padding included.
const WORDS: usize = 151_643;
const VOCABULARY: usize = 151_936;
const SPECIAL: [&str; 22] = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
];
const TEMPLATE: &str = "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor %}\
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}";

const HIDDEN: usize = 32;
const HEADS: usize = 2;
const CONTEXT: usize = 4096;

/// The file.
pub fn gguf() -> Vec<u8> {
    let (names, merges) = words();
    let mut header = Header::default();
    for (key, text) in [
        ("general.architecture", "qwen2"),
        ("general.name", "qwen2.5-coder-shaped"),
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "qwen2"),
        ("tokenizer.chat_template", TEMPLATE),
    ] {
        header.key(key, 8).text(text);
    }
    for (key, number) in [
        ("qwen2.block_count", 1),
        ("qwen2.embedding_length", HIDDEN),
        ("qwen2.attention.head_count", HEADS),
        ("qwen2.attention.head_count_kv", HEADS),
        ("qwen2.feed_forward_length", HIDDEN),
        ("qwen2.context_length", CONTEXT),
        ("tokenizer.ggml.eos_token_id", WORDS),
    ] {
        header.key(key, 4).number(number as u32);
    }
    header.key("qwen2.attention.layer_norm_rms_epsilon", 6).number(1e-6_f32.to_bits());
    header.key("qwen2.rope.freq_base", 6).number(1e6_f32.to_bits());
    let kinds = (0..VOCABULARY).map(|id| match id {
        _ if id < WORDS => 1,
        _ if id < WORDS + SPECIAL.len() => 3,
        _ => 5,
    });
    header.key("tokenizer.ggml.token_type", 9).number(5).long(VOCABULARY).numbers(kinds);
    header.key("tokenizer.ggml.tokens", 9).number(8).long(names.len()).texts(&names);
    header.key("tokenizer.ggml.merges", 9).number(8).long(merges.len()).texts(&merges);
    header.file(&tensors())
}

/// Each byte, then what pairs of words make: letters by two, three and four, with a blank before them too, and signs that stand together.
fn words() -> (Vec<String>, Vec<String>) {
    let mut names: Vec<String> = alphabet().map(String::from).collect();
    let mut merges = Vec::new();
    let letters: Vec<String> = ('a'..='z').map(String::from).collect();
    let capitals: Vec<String> = ('A'..='Z').chain(['_', '(', '=', '{', '!', '+', '-']).map(String::from).collect();
    let both = |left: &[String], right: &[String]| -> Vec<(String, String)> {
        left.iter().flat_map(|left| right.iter().map(move |right| (left.clone(), right.clone()))).collect()
    };
    let joined = |pairs: &[(String, String)]| -> Vec<String> { pairs.iter().map(|(a, b)| format!("{a}{b}")).collect() };
    let signs = ["( )", ") ;", "= =", "! =", "< =", "> =", "+ =", "- =", "& &", "| |", "+ +", "[ ]"];
    let signs =
        signs.iter().filter_map(|pair| pair.split_once(' ')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    let two = both(&letters, &letters);
    let three = both(&joined(&two), &letters);
    let blank = ["Ġ".to_owned()];
    let starts = [letters.clone(), capitals, joined(&two), joined(&three)].concat();
    for pairs in [signs, two.clone(), three, both(&blank, &starts), both(&joined(&two), &joined(&two))] {
        for (left, right) in pairs.into_iter().take(WORDS - names.len()) {
            names.push(format!("{left}{right}"));
            merges.push(format!("{left} {right}"));
        }
    }
    names.extend(SPECIAL.map(str::to_owned));
    names.extend((names.len()..VOCABULARY).map(|id| format!("[PAD{id}]")));
    (names, merges)
}

/// The character that stands for each byte in a byte-level vocabulary (GPT-2's `bytes_to_unicode`).
fn alphabet() -> impl Iterator<Item = char> {
    let mut stand_ins = (0x100..).filter_map(char::from_u32);
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    (0..=255_u8).map(move |byte| if printable(byte) { byte.into() } else { stand_ins.next().unwrap_or_default() })
}

/// Names with their shapes, the innermost dimension first.
fn tensors() -> Vec<(String, Vec<usize>)> {
    let mut all = vec![
        ("token_embd.weight".to_owned(), vec![HIDDEN, VOCABULARY]),
        ("output_norm.weight".to_owned(), vec![HIDDEN]),
    ];
    for part in ["attn_norm.weight", "ffn_norm.weight", "attn_q.bias", "attn_k.bias", "attn_v.bias"] {
        all.push((format!("blk.0.{part}"), vec![HIDDEN]));
    }
    for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
        all.push((format!("blk.0.{part}.weight"), vec![HIDDEN, HIDDEN]));
    }
    all
}

/// The entries of a GGUF file while they are written.
#[derive(Default)]
struct Header {
    bytes: Vec<u8>,
    entries: usize,
}

impl Header {
    fn key(&mut self, key: &str, kind: u32) -> &mut Self {
        self.entries += 1;
        self.text(key).number(kind)
    }

    fn number(&mut self, number: u32) -> &mut Self {
        self.bytes.extend(number.to_le_bytes());
        self
    }

    fn long(&mut self, number: usize) -> &mut Self {
        self.bytes.extend((number as u64).to_le_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.long(text.len()).bytes.extend(text.as_bytes());
        self
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = u32>) {
        for number in numbers {
            self.number(number);
        }
    }

    fn texts(&mut self, texts: &[String]) {
        for text in texts {
            self.text(text);
        }
    }

    /// The whole file, with random weights in single precision.
    fn file(mut self, tensors: &[(String, Vec<usize>)]) -> Vec<u8> {
        const ALIGNMENT: usize = 32;
        let entries = std::mem::take(&mut self.bytes);
        self.bytes.extend(b"GGUF");
        let count = self.entries;
        self.number(3).long(tensors.len()).long(count).bytes.extend(entries);
        let mut offset = 0;
        for (name, shape) in tensors {
            self.text(name).number(shape.len() as u32);
            for size in shape {
                self.long(*size);
            }
            self.number(0).long(offset);
            offset += (shape.iter().product::<usize>() * size_of::<f32>()).next_multiple_of(ALIGNMENT);
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
        let mut state = 1_u32;
        for _ in 0..offset / size_of::<f32>() {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            self.number(((state >> 8) as f32 / (1 << 24) as f32 - 0.5).to_bits());
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_analysis::project::{DiskFiles, Project};
    use solwright_checker::Checker;
    use solwright_generate::{Cancel, DeviceChoice, Engine, GenerateOptions, GenerateRequest, ModelChoice, generate};
    use solwright_syntax::{Document, stubs};
    use std::{sync::Arc, time::Duration};

    const CONTRACT: &str = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\ncontract Vault {\n    \
        mapping(address => uint256) public balances;\n    event Paid(address indexed to, uint256 amount);\n    \
        /// @notice Pays somebody.\n    function pay(address to, uint256 amount) external returns (bool);\n}\n";

    #[test]
    fn the_search_runs_with_a_vocabulary_of_151_936_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let (model, path) = (folder.path().join("shaped.gguf"), folder.path().join("Vault.sol"));
        std::fs::write(&model, gguf()).unwrap();
        let engine = Engine::start(ModelChoice::Path(model), DeviceChoice::Cpu);
        assert_eq!(engine.desk(&Cancel::new()).unwrap().model.tokenizer().vocabulary(), VOCABULARY);
        let deadline = Duration::from_secs(30);
        let options = GenerateOptions { candidates: 2, repairs: 1, deadline, ..GenerateOptions::default() };
        let request = GenerateRequest {
            project: Arc::new(Project::discover(&path)),
            stub: stubs(&Document::parse(CONTRACT)).remove(0),
            path,
            text: CONTRACT.to_owned(),
            files: Arc::new(DiskFiles),
            options,
        };
        let checker = Checker::new(Default::default());
        let proposal = generate(&engine, &checker, &request, &|_| {}, &Cancel::new()).unwrap();
        assert!(proposal.candidates.iter().any(|candidate| candidate.verdict.compiles()));
    }
}
