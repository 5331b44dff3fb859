//! The shape of a model, read from the header and checked against every tensor.

use candle_core::quantized::GgmlDType;

use crate::error::Result;
use crate::gguf::{Gguf, TensorInfo, dtype_name};

const OTHER_ARCHITECTURE: &str = "use a GGUF of the families `qwen2`, `qwen3` or `llama`, for example Qwen2.5-Coder";

/// What a model descends from; each name is the header's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Qwen2,
    Qwen3,
    Llama,
}

/// Which numbers of a head are turned together by the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Each of the first half with its like in the second.
    Halves,
    /// Each even one with the next.
    Neighbours,
}

/// The sizes that the forward pass needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    pub(crate) family: Family,
    pub(crate) layers: usize,
    pub(crate) hidden: usize,
    pub(crate) heads: usize,
    pub(crate) kv_heads: usize,
    pub(crate) head_size: usize,
    pub(crate) feed_forward: usize,
    pub(crate) vocabulary: usize,
    pub(crate) context: usize,
    pub(crate) norm_epsilon: f32,
    pub(crate) rope_base: f32,
    pub(crate) rotation: Rotation,
    /// Whether queries, keys and values have biases.
    pub(crate) biased: bool,
    /// Whether queries and keys are normed head by head.
    pub(crate) normed_heads: bool,
    /// The head is the embedding table when the file has no `output.weight`.
    pub(crate) tied: bool,
}

impl Config {
    /// Reads the sizes, and makes sure that every tensor is there in the shape they demand.
    pub(crate) fn read(gguf: &Gguf<'_>) -> Result<Config> {
        let family = Family::of(gguf)?;
        let keys = Keys { gguf, family: family.name() };
        let hidden = keys.size("embedding_length", 1 << 16)?;
        let heads = keys.size("attention.head_count", 1 << 10)?;
        let kv_heads = keys.size("attention.head_count_kv", 1 << 10)?;
        let head_size = match gguf.unsigned(&keys.key("attention.key_length")) {
            Some(_) => keys.size("attention.key_length", 1 << 12)?,
            None if hidden % heads == 0 => hidden / heads,
            None => 0,
        };
        if heads % kv_heads != 0 || head_size == 0 || head_size % 2 != 0 {
            return Err(
                gguf.damaged(format!("{heads} heads and {kv_heads} KV heads do not divide a width of {hidden}"))
            );
        }
        let vocabulary = gguf.array("tokenizer.ggml.tokens").map_or(0, |tokens| tokens.len());
        if vocabulary == 0 {
            return Err(gguf.unsupported("it holds no tokenizer", "export it with its vocabulary"));
        }
        let config = Config {
            family,
            layers: keys.size("block_count", 1 << 9)?,
            hidden,
            heads,
            kv_heads,
            head_size,
            feed_forward: keys.size("feed_forward_length", 1 << 20)?,
            vocabulary,
            context: keys.size("context_length", 1 << 24)?,
            norm_epsilon: keys.positive("attention.layer_norm_rms_epsilon", None)?,
            rope_base: keys.positive("rope.freq_base", Some(10_000.0))?,
            rotation: if family == Family::Llama { Rotation::Neighbours } else { Rotation::Halves },
            biased: family == Family::Qwen2,
            normed_heads: family == Family::Qwen3,
            tied: gguf.tensor_info("output.weight").is_none(),
        };
        config.check_tensors(gguf)?;
        Ok(config)
    }

    /// Width of all heads of the keys, or of the values.
    pub(crate) fn kv_width(&self) -> usize {
        self.kv_heads * self.head_size
    }

    /// `base^(-2i/S)` for each pair `i` of a head: radians per position (Su et al. 2021).
    pub(crate) fn frequencies(&self) -> Vec<f32> {
        let exponent = |pair: usize| -((2 * pair) as f32) / self.head_size as f32;
        (0..self.head_size / 2).map(|pair| self.rope_base.powf(exponent(pair))).collect()
    }

    fn check_tensors(&self, gguf: &Gguf<'_>) -> Result<()> {
        let (hidden, kv, feed_forward) = (self.hidden, self.kv_width(), self.feed_forward);
        let width = self.heads * self.head_size;
        check(gguf, "token_embd.weight", &[self.vocabulary, hidden])?;
        check(gguf, "output_norm.weight", &[hidden])?;
        if !self.tied {
            check(gguf, "output.weight", &[self.vocabulary, hidden])?;
        }
        if gguf.tensor_info("rope_freqs.weight").is_some() {
            check(gguf, "rope_freqs.weight", &[self.head_size / 2])?;
        }
        let always = [
            ("attn_norm.weight", &[hidden][..]),
            ("attn_q.weight", &[width, hidden]),
            ("attn_k.weight", &[kv, hidden]),
            ("attn_v.weight", &[kv, hidden]),
            ("attn_output.weight", &[hidden, width]),
            ("ffn_norm.weight", &[hidden]),
            ("ffn_gate.weight", &[feed_forward, hidden]),
            ("ffn_up.weight", &[feed_forward, hidden]),
            ("ffn_down.weight", &[hidden, feed_forward]),
        ];
        let biases = [("attn_q.bias", &[width][..]), ("attn_k.bias", &[kv]), ("attn_v.bias", &[kv])];
        let norms = [("attn_q_norm.weight", &[self.head_size][..]), ("attn_k_norm.weight", &[self.head_size])];
        let biases = biases.into_iter().filter(|_| self.biased);
        let norms = norms.into_iter().filter(|_| self.normed_heads);
        let of_layer: Vec<_> = always.into_iter().chain(biases).chain(norms).collect();
        for layer in 0..self.layers {
            for (name, shape) in &of_layer {
                check(gguf, &format!("blk.{layer}.{name}"), shape)?;
            }
        }
        Ok(())
    }
}

impl Family {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Family::Qwen2 => "qwen2",
            Family::Qwen3 => "qwen3",
            Family::Llama => "llama",
        }
    }

    fn of(gguf: &Gguf<'_>) -> Result<Family> {
        let named = gguf.text("general.architecture");
        let Some(name) = named else { return Err(gguf.unsupported("it names no architecture", OTHER_ARCHITECTURE)) };
        let known = [Family::Qwen2, Family::Qwen3, Family::Llama].into_iter().find(|family| family.name() == name);
        let other = || gguf.unsupported(format!("its architecture is `{name}`"), OTHER_ARCHITECTURE);
        let family = known.ok_or_else(other)?;
        match gguf.text(&format!("{name}.rope.scaling.type")) {
            None | Some("none") => Ok(family),
            Some(kind) => Err(gguf.unsupported(
                format!("it scales its positions by `{kind}`"),
                "use the variant of the model without context extension",
            )),
        }
    }
}

/// The number of weights in the file.
pub(crate) fn parameters(gguf: &Gguf<'_>) -> u64 {
    gguf.tensors().map(|(_, info)| elements(info)).sum()
}

/// The file's quantization in GGUF's words: `general.file_type` when it says one, else the type of most weights.
pub(crate) fn quantization(gguf: &Gguf<'_>) -> String {
    let named = match gguf.unsigned("general.file_type") {
        Some(0) => "F32",
        Some(1) => "F16",
        Some(2) => "Q4_0",
        Some(3) => "Q4_1",
        Some(7) => "Q8_0",
        Some(8) => "Q5_0",
        Some(9) => "Q5_1",
        Some(10) => "Q2_K",
        Some(14) => "Q4_K_S",
        Some(15) => "Q4_K_M",
        Some(16) => "Q5_K_S",
        Some(17) => "Q5_K_M",
        Some(18) => "Q6_K",
        Some(32) => "BF16",
        _ => dtype_name(commonest_dtype(gguf)),
    };
    named.to_owned()
}

fn commonest_dtype(gguf: &Gguf<'_>) -> GgmlDType {
    let mut weights: Vec<(GgmlDType, u64)> = Vec::new();
    for (_, info) in gguf.tensors() {
        match weights.iter_mut().find(|(dtype, _)| *dtype == info.dtype) {
            Some((_, count)) => *count += elements(info),
            None => weights.push((info.dtype, elements(info))),
        }
    }
    weights.into_iter().max_by_key(|(_, count)| *count).map_or(GgmlDType::F32, |(dtype, _)| dtype)
}

fn elements(info: &TensorInfo) -> u64 {
    info.shape.iter().map(|&size| size as u64).product()
}

/// The header's entries about a family's sizes.
struct Keys<'a, 'b> {
    gguf: &'a Gguf<'b>,
    family: &'static str,
}

impl Keys<'_, '_> {
    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.family)
    }

    fn size(&self, name: &str, limit: u64) -> Result<usize> {
        let (key, gguf) = (self.key(name), self.gguf);
        match gguf.unsigned(&key) {
            Some(number) if (1..=limit).contains(&number) => Ok(number as usize),
            Some(number) => Err(gguf.damaged(format!("`{key}` is {number}, expected 1 to {limit}"))),
            None => Err(gguf.damaged(format!("`{key}` is missing"))),
        }
    }

    fn positive(&self, name: &str, default: Option<f32>) -> Result<f32> {
        let (key, gguf) = (self.key(name), self.gguf);
        match gguf.float(&key).map(|number| number as f32).or(default) {
            Some(number) if number.is_finite() && number > 0.0 => Ok(number),
            Some(number) => Err(gguf.damaged(format!("`{key}` is {number}"))),
            None => Err(gguf.damaged(format!("`{key}` is missing"))),
        }
    }
}

fn check(gguf: &Gguf<'_>, name: &str, shape: &[usize]) -> Result<()> {
    match gguf.tensor_info(name) {
        Some(info) if info.shape == shape => Ok(()),
        Some(info) => Err(gguf.damaged(format!("the tensor `{name}` has shape {:?}, expected {shape:?}", info.shape))),
        None => Err(gguf.damaged(format!("the tensor `{name}` is missing"))),
    }
}
