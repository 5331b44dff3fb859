//! Small models with random weights, written by candle's own GGUF writer.

use std::io::Cursor;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use crate::tokenizer::byte_alphabet;

/// The template of Qwen2.5-Instruct's `tokenizer_config.json` without its tool section.
pub(crate) const QWEN25_TEMPLATE: &str = "{%- if messages[0]['role'] == 'system' %}\n    \
{{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}\n{%- else %}\n    \
{{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}\n\
{%- endif %}\n{%- for message in messages %}\n    \
{%- if (message.role == \"user\") or (message.role == \"system\" and not loop.first) or (message.role == \"assistant\" and not message.tool_calls) %}\n        \
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n    \
{%- elif message.role == \"assistant\" %}\n        \
{{- '<|im_start|>' + message.role }}\n        {%- for tool_call in message.tool_calls %}\n            \
{{- tool_call.arguments | tojson }}\n        {%- endfor %}\n    {%- endif %}\n{%- endfor %}\n\
{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n";

/// How the weights of a fixture are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Quantization {
    F32,
    F16,
    Q8_0,
    Q4_0,
    /// Q4_K with Q6_K for embeddings, values and down projections, as llama.cpp mixes them.
    Q4KM,
}

impl Quantization {
    pub(crate) const ALL: [Quantization; 5] =
        [Quantization::F32, Quantization::F16, Quantization::Q8_0, Quantization::Q4_0, Quantization::Q4KM];

    fn dtype(self, name: &str) -> GgmlDType {
        match self {
            Quantization::F32 => GgmlDType::F32,
            Quantization::F16 => GgmlDType::F16,
            Quantization::Q8_0 => GgmlDType::Q8_0,
            Quantization::Q4_0 => GgmlDType::Q4_0,
            Quantization::Q4KM if ["token_embd", "attn_v", "ffn_down"].iter().any(|part| name.contains(part)) => {
                GgmlDType::Q6K
            }
            Quantization::Q4KM => GgmlDType::Q4K,
        }
    }
}

/// The shape of a fixture; change what a test is about.
#[derive(Clone)]
pub(crate) struct Fixture {
    /// `qwen2`, `qwen3` or `llama`.
    pub(crate) family: &'static str,
    pub(crate) quantization: Quantization,
    pub(crate) layers: usize,
    pub(crate) hidden: usize,
    pub(crate) heads: usize,
    pub(crate) kv_heads: usize,
    pub(crate) feed_forward: usize,
    pub(crate) context: usize,
    pub(crate) tied: bool,
    /// Stores the rounded weights in f32: what exact arithmetic makes of the same file.
    pub(crate) expanded: bool,
    /// Pads the vocabulary to this size.
    pub(crate) vocabulary: usize,
    /// Replaces or, with `None`, removes metadata.
    pub(crate) overrides: Vec<(&'static str, Option<Value>)>,
}

impl Fixture {
    pub(crate) fn new(quantization: Quantization) -> Fixture {
        Fixture {
            family: "qwen2",
            quantization,
            layers: 2,
            hidden: 256,
            heads: 4,
            kv_heads: 2,
            feed_forward: 512,
            context: 512,
            tied: true,
            expanded: false,
            vocabulary: 0,
            overrides: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, key: &'static str, value: Option<Value>) -> Fixture {
        self.overrides.push((key, value));
        self
    }

    /// The bytes of the GGUF, for `ModelSource::Bytes`.
    pub(crate) fn leak(&self) -> &'static [u8] {
        self.bytes().leak()
    }

    /// The bytes of the GGUF.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let tokens = self.tokens();
        let metadata = self.metadata(&tokens);
        let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors = self.tensors(tokens.len());
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut file = Cursor::new(Vec::new());
        gguf_file::write(&mut file, &metadata, &tensors).unwrap();
        file.into_inner()
    }

    fn tokens(&self) -> Vec<(String, i32)> {
        let bytes = byte_alphabet().into_iter().map(|byte| (byte.to_string(), 1));
        let words = ["re", "tu", "retu", "rn", "return", "Ġreturn"].map(|word| (word.to_owned(), 1));
        let special =
            ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"];
        let special = special.map(|name| (name.to_owned(), 3));
        let user_defined = [("<think>".to_owned(), 4), ("    ".to_owned(), 4)];
        let mut tokens: Vec<_> = bytes.chain(words).chain(special).chain(user_defined).collect();
        for index in tokens.len()..self.vocabulary {
            tokens.push((format!("[PAD{index}]"), 5));
        }
        tokens
    }

    fn metadata(&self, tokens: &[(String, i32)]) -> Vec<(String, Value)> {
        let id = |name: &str| Value::U32(tokens.iter().position(|(token, _)| token == name).unwrap() as u32);
        let texts = |texts: &[&str]| Value::Array(texts.iter().map(|text| Value::String((*text).into())).collect());
        let names: Vec<&str> = tokens.iter().map(|(name, _)| name.as_str()).collect();
        let size = |number: usize| Value::U32(number as u32);
        let entries = [
            ("general.architecture", Value::String(self.family.into())),
            ("general.name", Value::String("fixture".into())),
            ("general.license", Value::String("mit".into())),
            ("qwen2.block_count", size(self.layers)),
            ("qwen2.embedding_length", size(self.hidden)),
            ("qwen2.attention.head_count", size(self.heads)),
            ("qwen2.attention.head_count_kv", size(self.kv_heads)),
            ("qwen2.feed_forward_length", size(self.feed_forward)),
            ("qwen2.context_length", size(self.context)),
            ("qwen2.attention.layer_norm_rms_epsilon", Value::F32(1e-6)),
            ("qwen2.rope.freq_base", Value::F32(1e6)),
            ("qwen2.rope.dimension_count", size(self.hidden / self.heads)),
            ("tokenizer.ggml.model", Value::String("gpt2".into())),
            ("tokenizer.ggml.pre", Value::String("qwen2".into())),
            ("tokenizer.ggml.tokens", texts(&names)),
            ("tokenizer.ggml.token_type", Value::Array(tokens.iter().map(|(_, kind)| Value::I32(*kind)).collect())),
            ("tokenizer.ggml.merges", texts(&["r e", "t u", "re tu", "r n", "retu rn", "Ġ return"])),
            ("tokenizer.ggml.eos_token_id", id("<|endoftext|>")),
            ("tokenizer.chat_template", Value::String(QWEN25_TEMPLATE.into())),
        ];
        let of_family = |key: &str| match key.strip_prefix("qwen2.") {
            Some(key) => format!("{}.{key}", self.family),
            None => key.to_owned(),
        };
        let mut metadata: Vec<(String, Value)> =
            entries.into_iter().map(|(key, value)| (of_family(key), value)).collect();
        if self.family == "qwen3" {
            metadata.push(("qwen3.attention.key_length".into(), size(self.hidden / self.heads)));
            metadata.push(("general.dtype".into(), Value::U32(0)));
        }
        for (key, value) in &self.overrides {
            metadata.retain(|(known, _)| known != key);
            metadata.extend(value.clone().map(|value| ((*key).to_owned(), value)));
        }
        metadata
    }

    fn tensors(&self, vocabulary: usize) -> Vec<(String, QTensor)> {
        let (hidden, feed_forward) = (self.hidden, self.feed_forward);
        let kv = self.kv_heads * (hidden / self.heads);
        let mut weights = Weights {
            quantization: self.quantization,
            expanded: self.expanded,
            random: Random(1),
            tensors: Vec::new(),
        };
        weights.matrix("token_embd.weight", vocabulary, hidden);
        weights.vector("output_norm.weight", hidden, 1.0);
        if !self.tied {
            weights.matrix("output.weight", vocabulary, hidden);
        }
        for layer in 0..self.layers {
            let name = |part: &str| format!("blk.{layer}.{part}");
            weights.vector(&name("attn_norm.weight"), hidden, 1.0);
            weights.vector(&name("ffn_norm.weight"), hidden, 1.0);
            for (part, rows) in [("attn_q", hidden), ("attn_k", kv), ("attn_v", kv)] {
                weights.matrix(&name(&format!("{part}.weight")), rows, hidden);
                match self.family {
                    "qwen2" => weights.vector(&name(&format!("{part}.bias")), rows, 0.0),
                    "qwen3" if part != "attn_v" => {
                        weights.vector(&name(&format!("{part}_norm.weight")), hidden / self.heads, 1.0);
                    }
                    _ => {}
                }
            }
            weights.matrix(&name("attn_output.weight"), hidden, hidden);
            weights.matrix(&name("ffn_gate.weight"), feed_forward, hidden);
            weights.matrix(&name("ffn_up.weight"), feed_forward, hidden);
            weights.matrix(&name("ffn_down.weight"), hidden, feed_forward);
        }
        weights.tensors
    }
}

struct Weights {
    quantization: Quantization,
    expanded: bool,
    random: Random,
    tensors: Vec<(String, QTensor)>,
}

impl Weights {
    fn matrix(&mut self, name: &str, rows: usize, columns: usize) {
        let scale = 2.0 / (columns as f32).sqrt();
        let values: Vec<f32> = self.random.floats(rows * columns).into_iter().map(|x| x * scale).collect();
        let tensor = Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap();
        let mut tensor = QTensor::quantize(&tensor, self.quantization.dtype(name)).unwrap();
        if self.expanded {
            tensor = QTensor::quantize(&tensor.dequantize(&Device::Cpu).unwrap(), GgmlDType::F32).unwrap();
        }
        self.tensors.push((name.to_owned(), tensor));
    }

    fn vector(&mut self, name: &str, size: usize, middle: f32) {
        let values: Vec<f32> = self.random.floats(size).into_iter().map(|x| middle + x * 0.2).collect();
        let tensor = Tensor::from_vec(values, size, &Device::Cpu).unwrap();
        self.tensors.push((name.to_owned(), QTensor::quantize(&tensor, GgmlDType::F32).unwrap()));
    }
}

/// Marsaglia's xorshift.
pub(crate) struct Random(pub(crate) u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.next() as usize % count
    }

    /// In [-1, 1).
    pub(crate) fn floats(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| (self.next() >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
    }

    /// The same, as half precision holds them.
    pub(crate) fn halves(&mut self, count: usize) -> Vec<f32> {
        self.floats(count).into_iter().map(|x| half::f16::from_f32(x).to_f32()).collect()
    }
}
