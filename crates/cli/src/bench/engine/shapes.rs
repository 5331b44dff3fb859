//! GGUFs of known shapes with random weights: how fast a model runs depends on its shape, not on what it has learnt.

use crate::args::{Quantization, Shape};
use anyhow::Context;
use solwright_checker::compile::default_cache_dir;
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Tensors begin at multiples of this.
const ALIGNMENT: u64 = 32;

/// What the sizes of all tensors follow from.
struct Sizes {
    layers: usize,
    width: usize,
    heads: usize,
    groups: usize,
    feed_forward: usize,
    vocabulary: usize,
}

/// How ggml stores numbers.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    F32 = 0,
    Q4_0 = 2,
    Q5_0 = 6,
    Q8_0 = 8,
    Q4K = 12,
    Q6K = 14,
}

struct Tensor {
    name: String,
    rows: usize,
    columns: usize,
    kind: Kind,
}

/// The file of a shape, in the cache; written when it is first asked for.
pub fn file(shape: Shape, quantization: Quantization) -> anyhow::Result<PathBuf> {
    let folder = default_cache_dir().join("bench");
    let path = folder.join(format!("{}.gguf", name(shape, quantization)));
    if path.exists() {
        return Ok(path);
    }
    fs::create_dir_all(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    eprintln!("writing random weights into `{}`", path.display());
    let partial = path.with_extension("partial");
    let written = write(&partial, shape, quantization).and_then(|()| fs::rename(&partial, &path));
    written.with_context(|| format!("`{}` cannot be written", path.display()))?;
    Ok(path)
}

fn name(shape: Shape, quantization: Quantization) -> String {
    let shape = match shape {
        Shape::Bundled => "bundled-shape",
        Shape::HalfB => "0.5b-shape",
        Shape::OneHalfB => "1.5b-shape",
        Shape::SevenB => "7b-shape",
    };
    let quantization = match quantization {
        Quantization::Q8_0 => "q8_0",
        Quantization::Q4_0 => "q4_0",
        Quantization::Q4KM => "q4_k_m",
    };
    format!("{shape}-{quantization}")
}

/// The bundled model's sizes and Qwen2.5-Coder's.
fn sizes(shape: Shape) -> Sizes {
    match shape {
        Shape::Bundled => Sizes { layers: 8, width: 256, heads: 4, groups: 2, feed_forward: 768, vocabulary: 8_192 },
        Shape::HalfB => {
            Sizes { layers: 24, width: 896, heads: 14, groups: 2, feed_forward: 4_864, vocabulary: 151_936 }
        }
        Shape::OneHalfB => {
            Sizes { layers: 28, width: 1_536, heads: 12, groups: 2, feed_forward: 8_960, vocabulary: 151_936 }
        }
        Shape::SevenB => {
            Sizes { layers: 28, width: 3_584, heads: 28, groups: 4, feed_forward: 18_944, vocabulary: 152_064 }
        }
    }
}

fn write(path: &Path, shape: Shape, quantization: Quantization) -> io::Result<()> {
    let sizes = sizes(shape);
    let tensors = tensors(&sizes, quantization);
    let metadata = metadata(&sizes, &name(shape, quantization));
    let mut out = Counted { out: BufWriter::with_capacity(1 << 20, File::create(path)?), count: 0 };
    out.write_all(b"GGUF\x03\0\0\0")?;
    out.write_all(&(tensors.len() as u64).to_le_bytes())?;
    out.write_all(&(metadata.len() as u64).to_le_bytes())?;
    for entry in metadata {
        out.write_all(&entry)?;
    }
    let mut offset = 0u64;
    for tensor in &tensors {
        out.write_all(&text(&tensor.name))?;
        let dimensions: &[usize] = if tensor.rows == 1 { &[tensor.columns] } else { &[tensor.columns, tensor.rows] };
        out.write_all(&(dimensions.len() as u32).to_le_bytes())?;
        for dimension in dimensions {
            out.write_all(&(*dimension as u64).to_le_bytes())?;
        }
        out.write_all(&(tensor.kind as u32).to_le_bytes())?;
        out.write_all(&offset.to_le_bytes())?;
        offset = (offset + tensor.bytes()).next_multiple_of(ALIGNMENT);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for tensor in &tensors {
        out.pad()?;
        tensor.write(&mut random, &mut out)?;
    }
    out.pad()?;
    out.out.flush()
}

fn metadata(sizes: &Sizes, name: &str) -> Vec<Vec<u8>> {
    let entry = |key: &str, kind: u32, value: &[u8]| [&text(key)[..], &kind.to_le_bytes(), value].concat();
    let number = |key: &str, number: usize| entry(key, 4, &(number as u32).to_le_bytes());
    let float = |key: &str, number: f32| entry(key, 6, &number.to_le_bytes());
    let word = |key: &str, word: &str| entry(key, 8, &text(word));
    let list = |key: &str, kind: u32, count: usize, items: Vec<u8>| {
        entry(key, 9, &[&kind.to_le_bytes()[..], &(count as u64).to_le_bytes(), &items].concat())
    };
    let names = || (0..sizes.vocabulary).flat_map(|id| text(&token(id)));
    let normal = || (0..sizes.vocabulary).flat_map(|_| 1i32.to_le_bytes());
    vec![
        word("general.architecture", "qwen2"),
        word("general.name", name),
        number("qwen2.context_length", 4_096),
        number("qwen2.block_count", sizes.layers),
        number("qwen2.embedding_length", sizes.width),
        number("qwen2.feed_forward_length", sizes.feed_forward),
        number("qwen2.attention.head_count", sizes.heads),
        number("qwen2.attention.head_count_kv", sizes.groups),
        float("qwen2.attention.layer_norm_rms_epsilon", 1e-6),
        float("qwen2.rope.freq_base", 1e6),
        word("tokenizer.ggml.model", "gpt2"),
        word("tokenizer.ggml.pre", "qwen2"),
        list("tokenizer.ggml.tokens", 8, sizes.vocabulary, names().collect()),
        list("tokenizer.ggml.token_type", 5, sizes.vocabulary, normal().collect()),
        list("tokenizer.ggml.merges", 8, 1, text("a b")),
        number("tokenizer.ggml.eos_token_id", 0),
    ]
}

/// A vocabulary in which every byte has a token, as both engines demand; the other names mean nothing.
fn token(id: usize) -> String {
    let printable = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    match id {
        0..256 => {
            let byte = id as u32;
            // GPT-2's alphabet: what cannot be printed comes after the 256 that could be bytes.
            let unprintable = (0..byte).filter(|&byte| !printable(byte)).count() as u32;
            let shown = if printable(byte) { byte } else { 256 + unprintable };
            char::from_u32(shown).map_or_else(String::new, String::from)
        }
        256 => "ab".to_owned(),
        _ => format!("t{id}"),
    }
}

fn tensors(sizes: &Sizes, quantization: Quantization) -> Vec<Tensor> {
    let Sizes { width, feed_forward, .. } = *sizes;
    let grouped = sizes.groups * (width / sizes.heads);
    let mut tensors = Vec::new();
    let mut matrix = |name: String, rows: usize, columns: usize, precious: bool| {
        tensors.push(Tensor { name, rows, columns, kind: kind(quantization, columns, precious) });
    };
    matrix("token_embd.weight".to_owned(), sizes.vocabulary, width, true);
    for layer in 0..sizes.layers {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let precious = more_bits(layer, sizes.layers);
        matrix(name("attn_q"), width, width, false);
        matrix(name("attn_k"), grouped, width, false);
        matrix(name("attn_v"), grouped, width, precious);
        matrix(name("attn_output"), width, width, false);
        matrix(name("ffn_gate"), feed_forward, width, false);
        matrix(name("ffn_up"), feed_forward, width, false);
        matrix(name("ffn_down"), width, feed_forward, precious);
    }
    let vector = |name: String, columns: usize| Tensor { name, rows: 1, columns, kind: Kind::F32 };
    tensors.push(vector("output_norm.weight".to_owned(), width));
    for layer in 0..sizes.layers {
        let name = |part: &str| format!("blk.{layer}.{part}");
        tensors.push(vector(name("attn_norm.weight"), width));
        tensors.push(vector(name("ffn_norm.weight"), width));
        tensors.push(vector(name("attn_q.bias"), width));
        tensors.push(vector(name("attn_k.bias"), grouped));
        tensors.push(vector(name("attn_v.bias"), grouped));
    }
    tensors
}

/// The layers whose `attn_v` and `ffn_down` `Q4_K_M` keeps in `Q6_K`: llama.cpp's `use_more_bits`.
fn more_bits(layer: usize, layers: usize) -> bool {
    layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2
}

/// What llama.cpp's quantizer takes, where rows that are no whole nests of 256 get the nearest type of blocks of 32.
fn kind(quantization: Quantization, columns: usize, precious: bool) -> Kind {
    match (quantization, columns.is_multiple_of(256)) {
        (Quantization::Q8_0, _) => Kind::Q8_0,
        (Quantization::Q4_0, _) => Kind::Q4_0,
        (Quantization::Q4KM, true) => {
            if precious {
                Kind::Q6K
            } else {
                Kind::Q4K
            }
        }
        (Quantization::Q4KM, false) => {
            if precious {
                Kind::Q8_0
            } else {
                Kind::Q5_0
            }
        }
    }
}

impl Tensor {
    /// Numbers and bytes of a block.
    fn block(&self) -> (usize, usize) {
        match self.kind {
            Kind::F32 => (1, 4),
            Kind::Q4_0 => (32, 18),
            Kind::Q5_0 => (32, 22),
            Kind::Q8_0 => (32, 34),
            Kind::Q4K => (256, 144),
            Kind::Q6K => (256, 210),
        }
    }

    fn bytes(&self) -> u64 {
        let (numbers, bytes) = self.block();
        (self.rows * self.columns / numbers * bytes) as u64
    }

    /// Random codes under scales that make the numbers as large as a trained model's; norms are one, biases zero.
    fn write(&self, random: &mut Random, out: &mut impl Write) -> io::Result<()> {
        if self.kind == Kind::F32 {
            let number = if self.name.ends_with("norm.weight") { 1f32 } else { 0.0 };
            return (0..self.columns).try_for_each(|_| out.write_all(&number.to_le_bytes()));
        }
        // The standard deviation of what random codes stand for, at a scale of one.
        let spread = match self.kind {
            Kind::Q4_0 => 4.6,
            Kind::Q5_0 => 9.2,
            Kind::Q4K => 200.0,
            Kind::Q6K => 1_350.0,
            Kind::Q8_0 | Kind::F32 => 74.0,
        };
        let scale = 1.0 / (spread * (self.columns as f32).sqrt());
        let (numbers, bytes) = self.block();
        let mut block = [0; 256];
        for _ in 0..self.rows * self.columns / numbers {
            let block = &mut block[..bytes];
            random.fill(block);
            let at = if self.kind == Kind::Q6K { bytes - 2 } else { 0 };
            block[at..at + 2].copy_from_slice(&half(scale));
            if self.kind == Kind::Q4K {
                // What a code of 7.5 stands for is taken away again, so that the middle is zero.
                block[2..4].copy_from_slice(&half(7.5 * scale));
            }
            out.write_all(block)?;
        }
        Ok(())
    }
}

/// The nearest half below a positive number; one below what halves hold at full precision becomes the smallest of those.
fn half(x: f32) -> [u8; 2] {
    let bits = x.to_bits();
    let exponent = ((bits >> 23) as i32 - 112).max(1) as u16;
    (exponent << 10 | (bits >> 13) as u16 & 0x3ff).to_le_bytes()
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// Knows how much was written, for what has to be aligned.
struct Counted<W> {
    out: W,
    count: u64,
}

impl<W: Write> Counted<W> {
    fn pad(&mut self) -> io::Result<()> {
        let missing = self.count.next_multiple_of(ALIGNMENT) - self.count;
        self.write_all(&[0; ALIGNMENT as usize][..missing as usize])
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            part.copy_from_slice(&self.0.to_le_bytes()[..part.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_model::{Cancel, DeviceChoice, Model, ModelSource};

    #[test]
    fn every_type_loads_and_gives_numbers() {
        let folder = tempfile::tempdir().unwrap();
        for quantization in [Quantization::Q8_0, Quantization::Q4_0, Quantization::Q4KM] {
            let path = folder.path().join("shape.gguf");
            write(&path, Shape::Bundled, quantization).unwrap();
            let model = Model::load(ModelSource::Path(path), DeviceChoice::Cpu).unwrap();
            let logits = model.session().prefill(&[1, 2, 3], &Cancel::new()).unwrap();
            let largest = logits.iter().fold(0f32, |most, logit| most.max(logit.abs()));
            assert!(logits.iter().all(|logit| logit.is_finite()) && (0.1..100.0).contains(&largest), "{largest}");
        }
    }

    #[test]
    fn halves_are_what_they_stand_for() {
        assert_eq!([half(1.0), half(0.5), half(1.5)], [[0, 0x3c], [0, 0x38], [0, 0x3e]]);
    }
}
