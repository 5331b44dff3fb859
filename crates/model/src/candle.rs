//! The forward pass of Qwen2 by candle's operations, in reading order, for GPUs; a test holds it against the one for CPUs.
//!
//! A batch is a list of rows, one for each new token, over all sequences; everything but attention works on rows, so that
//! candidates decoded together share each read of the weights. Letters in shapes: `M` rows of the batch, `m` rows of one
//! sequence, `L` its tokens so far, `D` width, `H` heads, `G` KV heads, `S` size of a head, `V` vocabulary.

use std::sync::Arc;

use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{DType, Device, Module, Tensor};
use candle_nn::ops;

use crate::Logits;
use crate::cancel::Cancel;
use crate::config::Config;
use crate::error::{ModelError, Result};
use crate::gguf::Gguf;
use crate::network::NewTokens;

/// Room for this many tokens is made at first, and doubled when it is full.
const FIRST_CAPACITY: usize = 256;

/// The weights.
pub(crate) struct Qwen2 {
    config: Config,
    device: Device,
    /// `(V, D)`
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    /// `(D,)`
    output_norm: Tensor,
    /// `(V, D)`
    output: QMatMul,
    /// `base^(-2i/S)` for each pair `i` of a head.
    frequencies: Vec<f32>,
}

struct Layer {
    attention_norm: Tensor,
    query: Projection,
    key: Projection,
    value: Projection,
    attention_output: QMatMul,
    feed_forward_norm: Tensor,
    gate: QMatMul,
    up: QMatMul,
    down: QMatMul,
}

struct Projection {
    weight: QMatMul,
    bias: Tensor,
}

/// Keys and values of one sequence. Clones share them until one of the clones writes.
#[derive(Clone, Default)]
pub(crate) struct KvCache {
    layers: Arc<Vec<KvLayer>>,
    length: usize,
    capacity: usize,
}

/// Both `(G, capacity, S)`, of which the first `length` tokens are filled.
struct KvLayer {
    keys: Tensor,
    values: Tensor,
}

impl Qwen2 {
    /// Hands every tensor to the device. `config` was checked against the file, so that nothing here can be missing.
    pub(crate) fn load(gguf: &Gguf<'_>, config: Config, device: &Device) -> Result<Qwen2> {
        let embedding = Arc::new(gguf.load_tensor("token_embd.weight", device)?);
        let output = match config.tied {
            true => QMatMul::from_arc(embedding.clone())?,
            false => QMatMul::from_arc(Arc::new(gguf.load_tensor("output.weight", device)?))?,
        };
        let layers = (0..config.layers).map(|layer| Layer::load(gguf, layer, device)).collect::<Result<_>>()?;
        Ok(Qwen2 {
            output_norm: gguf.load_tensor("output_norm.weight", device)?.dequantize(device)?,
            frequencies: config.frequencies(),
            device: device.clone(),
            config,
            embedding,
            layers,
            output,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Reads the new tokens of every sequence; gives, for each, the logits after its last token or after every one. On an error
    /// the caches hold what they held before.
    pub(crate) fn forward(&self, batch: &mut [NewTokens<'_, KvCache>], cancel: &Cancel) -> Result<Vec<Vec<Logits>>> {
        for rows in batch.iter_mut() {
            self.reserve(rows.cache, rows.tokens.len())?;
        }
        let tokens: Vec<u32> = batch.iter().flat_map(|rows| rows.tokens).copied().collect();
        let tokens = Tensor::from_vec(tokens, self.row_count(batch), &self.device)?;
        let rotation = self.rotation(batch)?;
        let masks = batch
            .iter()
            .map(|new| causal_mask(new.tokens.len(), new.cache.length, &self.device))
            .collect::<Result<Vec<_>>>()?;

        let mut x = self.embedding.embedding(&tokens)?; // (M, D)
        for (index, layer) in self.layers.iter().enumerate() {
            cancel.check()?;
            let normed = self.norm(&x, &layer.attention_norm)?;
            let mixed = self.attention(layer, index, &normed, &rotation, batch, &masks)?;
            x = (x + mixed)?;
            let normed = self.norm(&x, &layer.feed_forward_norm)?;
            let gate = layer.gate.forward(&normed)?.silu()?; // (M, F)
            let up = layer.up.forward(&normed)?; // (M, F)
            x = (x + layer.down.forward(&(gate * up)?)?)?;
        }
        let wanted = self.wanted_rows(&x, batch)?; // (wanted, D)
        let logits = self.output.forward(&self.norm(&wanted, &self.output_norm)?)?; // (wanted, V)
        let mut logits = logits.to_vec2::<f32>()?.into_iter();
        for new in batch.iter_mut() {
            new.cache.length += new.tokens.len();
        }
        Ok(batch.iter().map(|new| logits.by_ref().take(new.wanted()).collect()).collect())
    }

    /// `x`: `(M, D)`, normed; gives `(M, D)`. The keys and values of the new rows go into the caches.
    fn attention(
        &self,
        layer: &Layer,
        index: usize,
        x: &Tensor,
        rotation: &(Tensor, Tensor),
        batch: &mut [NewTokens<'_, KvCache>],
        masks: &[Tensor],
    ) -> Result<Tensor> {
        let Config { heads, kv_heads, head_size, .. } = self.config;
        let count = x.dim(0)?;
        let rotate = |x: Tensor, heads: usize| {
            let x = x.reshape((1, count, heads, head_size))?;
            Ok::<_, ModelError>(candle_nn::rotary_emb::rope_thd(&x, &rotation.0, &rotation.1)?.squeeze(0)?)
        };
        let scale = 1.0 / (head_size as f64).sqrt();
        let queries = rotate((layer.query.forward(x)? * scale)?, heads)?; // (M, H, S)
        let keys = rotate(layer.key.forward(x)?, kv_heads)?; // (M, G, S)
        let values = layer.value.forward(x)?.reshape((count, kv_heads, head_size))?; // (M, G, S)

        let mut mixed = Vec::with_capacity(batch.len());
        let mut start = 0;
        for (rows, mask) in batch.iter_mut().zip(masks) {
            let m = rows.tokens.len();
            let of_sequence = |x: &Tensor| x.narrow(0, start, m)?.transpose(0, 1)?.contiguous();
            let (keys, values) = rows.cache.append(index, &of_sequence(&keys)?, &of_sequence(&values)?)?; // (G, L, S)
            let queries = queries.narrow(0, start, m)?;
            mixed.push(attend(&queries, &keys, &values, mask)?);
            start += m;
        }
        let mixed = if mixed.len() == 1 { mixed.remove(0) } else { Tensor::cat(&mixed, 0)? };
        Ok(layer.attention_output.forward(&mixed)?)
    }

    /// Makes room for `more` tokens in storage that no other cache reads.
    fn reserve(&self, cache: &mut KvCache, more: usize) -> Result<()> {
        let needed = cache.length.saturating_add(more);
        let limit = self.config.context;
        if needed > limit {
            return Err(ModelError::ContextFull { needed, limit });
        }
        if needed <= cache.capacity && Arc::get_mut(&mut cache.layers).is_some() {
            return Ok(());
        }
        let capacity = needed.next_power_of_two().clamp(FIRST_CAPACITY, FIRST_CAPACITY.max(limit));
        let shape = (self.config.kv_heads, capacity, self.config.head_size);
        let copy = |filled: Option<&Tensor>| {
            let copy = Tensor::zeros(shape, DType::F32, &self.device)?;
            if let Some(filled) = filled.filter(|_| cache.length > 0) {
                copy.slice_set(&filled.narrow(1, 0, cache.length)?.contiguous()?, 1, 0)?;
            }
            Ok::<_, ModelError>(copy)
        };
        let layer = |index: usize| {
            let old = cache.layers.get(index);
            let (keys, values) = (old.map(|layer| &layer.keys), old.map(|layer| &layer.values));
            Ok(KvLayer { keys: copy(keys)?, values: copy(values)? })
        };
        let layers = (0..self.config.layers).map(layer).collect::<Result<_>>()?;
        (cache.layers, cache.capacity) = (Arc::new(layers), capacity);
        Ok(())
    }

    fn norm(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        Ok(ops::rms_norm(x, weight, self.config.norm_epsilon)?)
    }

    /// Cosines and sines of every row's position, both `(M, S/2)`.
    fn rotation(&self, batch: &[NewTokens<'_, KvCache>]) -> Result<(Tensor, Tensor)> {
        let positions = batch.iter().flat_map(|rows| (rows.cache.length..).take(rows.tokens.len()));
        let angles: Vec<f32> = positions.flat_map(|at| self.frequencies.iter().map(move |f| at as f32 * f)).collect();
        let shape = (self.row_count(batch), self.config.head_size / 2);
        let table = |values: Vec<f32>| Tensor::from_vec(values, shape, &self.device);
        Ok((table(angles.iter().map(|a| a.cos()).collect())?, table(angles.iter().map(|a| a.sin()).collect())?))
    }

    /// The rows after which logits are wanted.
    fn wanted_rows(&self, x: &Tensor, batch: &[NewTokens<'_, KvCache>]) -> Result<Tensor> {
        let mut end = 0u32;
        let mut wanted = Vec::new();
        for new in batch {
            end += new.tokens.len() as u32;
            wanted.extend(end - new.wanted() as u32..end);
        }
        let count = wanted.len();
        Ok(x.index_select(&Tensor::from_vec(wanted, count, &self.device)?, 0)?)
    }

    fn row_count(&self, batch: &[NewTokens<'_, KvCache>]) -> usize {
        batch.iter().map(|rows| rows.tokens.len()).sum()
    }
}

/// Attention of `(m, H, S)` over keys and values, both `(G, L, S)`.
fn attend(queries: &Tensor, keys: &Tensor, values: &Tensor, mask: &Tensor) -> Result<Tensor> {
    let (m, heads, size) = queries.dims3()?;
    let (groups, _, _) = keys.dims3()?;
    // Heads that share a KV head stand together, so that each KV head meets one matrix of queries.
    let queries = queries.transpose(0, 1)?.contiguous()?.reshape((groups, heads / groups * m, size))?;
    let scores = queries.matmul(&keys.t()?)?.reshape((heads, m, ()))?.broadcast_add(mask)?; // (H, m, L)
    let weights = ops::softmax_last_dim(&scores)?.reshape((groups, heads / groups * m, ()))?;
    let mixed = weights.matmul(values)?.reshape((heads, m, size))?;
    Ok(mixed.transpose(0, 1)?.reshape((m, heads * size))?)
}

/// `(m, L)`: negative infinity where a row would see a later one.
fn causal_mask(m: usize, past: usize, device: &Device) -> Result<Tensor> {
    let weight = |row: usize, column: usize| if column > past + row { f32::NEG_INFINITY } else { 0.0 };
    let mask = (0..m).flat_map(|row| (0..past + m).map(move |column| weight(row, column))).collect();
    Ok(Tensor::from_vec(mask, (m, past + m), device)?)
}

impl Layer {
    fn load(gguf: &Gguf<'_>, layer: usize, device: &Device) -> Result<Layer> {
        let tensor = |name: &str| gguf.load_tensor(&format!("blk.{layer}.{name}"), device);
        let matrix = |name: &str| Ok::<_, ModelError>(QMatMul::from_arc(Arc::new(tensor(name)?))?);
        let vector = |name: &str| Ok::<_, ModelError>(tensor(name)?.dequantize(device)?);
        let projection =
            |weight: &str, bias: &str| Ok::<_, ModelError>(Projection { weight: matrix(weight)?, bias: vector(bias)? });
        Ok(Layer {
            attention_norm: vector("attn_norm.weight")?,
            query: projection("attn_q.weight", "attn_q.bias")?,
            key: projection("attn_k.weight", "attn_k.bias")?,
            value: projection("attn_v.weight", "attn_v.bias")?,
            attention_output: matrix("attn_output.weight")?,
            feed_forward_norm: vector("ffn_norm.weight")?,
            gate: matrix("ffn_gate.weight")?,
            up: matrix("ffn_up.weight")?,
            down: matrix("ffn_down.weight")?,
        })
    }
}

impl Projection {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.weight.forward(x)?.broadcast_add(&self.bias)?)
    }
}

impl KvCache {
    /// Forgets all but the first `length` tokens.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Writes `keys` and `values`, `(G, m, S)`, behind the known ones; gives all of them, `(G, L, S)`, without a copy.
    fn append(&self, index: usize, keys: &Tensor, values: &Tensor) -> Result<(Tensor, Tensor)> {
        let layer = &self.layers[index];
        layer.keys.slice_set(keys, 1, self.length)?;
        layer.values.slice_set(values, 1, self.length)?;
        let length = self.length + keys.dim(1)?;
        Ok((layer.keys.narrow(1, 0, length)?, layer.values.narrow(1, 0, length)?))
    }
}
