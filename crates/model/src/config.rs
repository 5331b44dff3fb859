//! The shape of a Qwen2 model, read from the header and checked against every tensor.

use candle_core::quantized::GgmlDType;

use crate::error::Result;
use crate::gguf::{Gguf, TensorInfo, dtype_name};

const OTHER_ARCHITECTURE: &str = "use a GGUF of the Qwen2 family, for example Qwen2.5-Coder";

/// The sizes that the forward pass needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
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
    /// The head is the embedding table when the file has no `output.weight`.
    pub(crate) tied: bool,
}

impl Config {
    /// Reads the sizes, and makes sure that every tensor is there in the shape they demand.
    pub(crate) fn read(gguf: &Gguf<'_>) -> Result<Config> {
        check_architecture(gguf)?;
        let hidden = size(gguf, "embedding_length", 1 << 16)?;
        let heads = size(gguf, "attention.head_count", 1 << 10)?;
        let kv_heads = size(gguf, "attention.head_count_kv", 1 << 10)?;
        if heads % kv_heads != 0 || hidden % heads != 0 || (hidden / heads) % 2 != 0 {
            return Err(
                gguf.damaged(format!("{heads} heads and {kv_heads} KV heads do not divide a width of {hidden}"))
            );
        }
        let vocabulary = gguf.array("tokenizer.ggml.tokens").map_or(0, |tokens| tokens.len());
        if vocabulary == 0 {
            return Err(gguf.unsupported("it holds no tokenizer", "export it with its vocabulary"));
        }
        let config = Config {
            layers: size(gguf, "block_count", 1 << 9)?,
            hidden,
            heads,
            kv_heads,
            head_size: hidden / heads,
            feed_forward: size(gguf, "feed_forward_length", 1 << 20)?,
            vocabulary,
            context: size(gguf, "context_length", 1 << 24)?,
            norm_epsilon: positive(gguf, "attention.layer_norm_rms_epsilon", None)?,
            rope_base: positive(gguf, "rope.freq_base", Some(10_000.0))?,
            tied: gguf.tensor_info("output.weight").is_none(),
        };
        config.check_tensors(gguf)?;
        Ok(config)
    }

    /// Width of all heads of the keys, or of the values.
    pub(crate) fn kv_width(&self) -> usize {
        self.kv_heads * self.head_size
    }

    fn check_tensors(&self, gguf: &Gguf<'_>) -> Result<()> {
        let (hidden, kv, feed_forward) = (self.hidden, self.kv_width(), self.feed_forward);
        check(gguf, "token_embd.weight", &[self.vocabulary, hidden])?;
        check(gguf, "output_norm.weight", &[hidden])?;
        if !self.tied {
            check(gguf, "output.weight", &[self.vocabulary, hidden])?;
        }
        for layer in 0..self.layers {
            for (name, shape) in [
                ("attn_norm.weight", &[hidden][..]),
                ("attn_q.weight", &[hidden, hidden]),
                ("attn_q.bias", &[hidden]),
                ("attn_k.weight", &[kv, hidden]),
                ("attn_k.bias", &[kv]),
                ("attn_v.weight", &[kv, hidden]),
                ("attn_v.bias", &[kv]),
                ("attn_output.weight", &[hidden, hidden]),
                ("ffn_norm.weight", &[hidden]),
                ("ffn_gate.weight", &[feed_forward, hidden]),
                ("ffn_up.weight", &[feed_forward, hidden]),
                ("ffn_down.weight", &[hidden, feed_forward]),
            ] {
                check(gguf, &format!("blk.{layer}.{name}"), shape)?;
            }
        }
        Ok(())
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

fn check_architecture(gguf: &Gguf<'_>) -> Result<()> {
    match gguf.text("general.architecture") {
        Some("qwen2") => {}
        Some(other) => return Err(gguf.unsupported(format!("its architecture is `{other}`"), OTHER_ARCHITECTURE)),
        None => return Err(gguf.unsupported("it names no architecture", OTHER_ARCHITECTURE)),
    }
    match gguf.text("qwen2.rope.scaling.type") {
        None | Some("none") => Ok(()),
        Some(kind) => Err(gguf.unsupported(
            format!("it scales its positions by `{kind}`"),
            "use the variant of the model without context extension",
        )),
    }
}

fn size(gguf: &Gguf<'_>, key: &str, limit: u64) -> Result<usize> {
    let key = format!("qwen2.{key}");
    match gguf.unsigned(&key) {
        Some(number) if (1..=limit).contains(&number) => Ok(number as usize),
        Some(number) => Err(gguf.damaged(format!("`{key}` is {number}, expected 1 to {limit}"))),
        None => Err(gguf.damaged(format!("`{key}` is missing"))),
    }
}

fn positive(gguf: &Gguf<'_>, key: &str, default: Option<f32>) -> Result<f32> {
    let key = format!("qwen2.{key}");
    match gguf.float(&key).map(|number| number as f32).or(default) {
        Some(number) if number.is_finite() && number > 0.0 => Ok(number),
        Some(number) => Err(gguf.damaged(format!("`{key}` is {number}"))),
        None => Err(gguf.damaged(format!("`{key}` is missing"))),
    }
}

fn check(gguf: &Gguf<'_>, name: &str, shape: &[usize]) -> Result<()> {
    match gguf.tensor_info(name) {
        Some(info) if info.shape == shape => Ok(()),
        Some(info) => Err(gguf.damaged(format!("the tensor `{name}` has shape {:?}, expected {shape:?}", info.shape))),
        None => Err(gguf.damaged(format!("the tensor `{name}` is missing"))),
    }
}
