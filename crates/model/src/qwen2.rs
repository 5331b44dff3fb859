//! The forward pass on a CPU, in reading order: Qwen2, and its relatives Llama and Qwen3, which differ in a line each.
//!
//! A batch is a list of rows, one for each new token, over all sequences; everything but attention works on rows, so that
//! candidates decoded together share each read of the weights. Letters in shapes: `M` rows of the batch, `D` width, `H` heads,
//! `G` KV heads, `S` size of a head, `F` width of the feed-forward part, `V` vocabulary.

use std::sync::{Mutex, PoisonError};

use crate::Logits;
use crate::cancel::Cancel;
use crate::config::{Config, Rotation};
use crate::cpu::{Cpu, KvCache, Product, Rows, Sequence, Shape, Shelf, Tiles};
use crate::error::{ModelError, Result};
use crate::gguf::Gguf;
use crate::network::NewTokens;

/// The weights.
pub(crate) struct Qwen2 {
    config: Config,
    cpu: Cpu,
    /// `(V, D)`
    embedding: Tiles,
    layers: Vec<Layer>,
    /// `(D,)`
    output_norm: Vec<f32>,
    /// `(V, D)`; the embedding where the file has no other.
    output: Option<Tiles>,
    /// Of each pair of numbers of a head: radians per position.
    frequencies: Vec<f32>,
    buffers: Mutex<Buffers>,
}

struct Layer {
    attention_norm: Vec<f32>,
    query: Projection,
    key: Projection,
    value: Projection,
    attention_output: Tiles,
    feed_forward_norm: Vec<f32>,
    gate: Tiles,
    up: Tiles,
    down: Tiles,
}

struct Projection {
    weight: Tiles,
    /// `(H * S,)` or `(G * S,)`; Llama and Qwen3 have none.
    bias: Option<Vec<f32>>,
    /// `(S,)`; only Qwen3 norms queries and keys.
    norm: Option<Vec<f32>>,
}

/// What a pass computes in; kept from one to the next.
#[derive(Default)]
struct Buffers {
    /// `(M, D)`: the residual stream.
    x: Vec<f32>,
    /// `(M, D)`, `(M, H * S)` or `(M, F)`, rounded for the products.
    rows: Rows,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    /// `(M, D)`: what a part adds to the stream.
    delta: Vec<f32>,
    /// `(M, S / 2)`: cosine and sine of each row's position.
    angles: Vec<(f32, f32)>,
    halves: [Vec<u16>; 2],
}

impl Qwen2 {
    /// Takes every matrix from the shelf, or packs it for the kernels. `config` was checked against the file, so that nothing here can be missing.
    pub(crate) fn load(gguf: &Gguf<'_>, config: Config, cpu: Cpu, shelf: Option<&Shelf>) -> Result<Qwen2> {
        let factors = match gguf.tensor_info("rope_freqs.weight") {
            Some(_) => gguf.numbers("rope_freqs.weight")?,
            None => vec![1.0; config.head_size / 2],
        };
        let frequencies = config.frequencies().into_iter().zip(factors).map(|(frequency, factor)| frequency / factor);
        Ok(Qwen2 {
            embedding: Tiles::load(gguf, "token_embd.weight", shelf)?,
            layers: (0..config.layers).map(|layer| Layer::load(gguf, layer, &config, shelf)).collect::<Result<_>>()?,
            output_norm: gguf.numbers("output_norm.weight")?,
            output: if config.tied { None } else { Some(Tiles::load(gguf, "output.weight", shelf)?) },
            frequencies: frequencies.collect(),
            cpu,
            buffers: Mutex::default(),
            config,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The instruction set and the threads.
    pub(crate) fn describe(&self) -> String {
        self.cpu.describe()
    }

    /// Reads the new tokens of every sequence; gives, for each, the logits after its last token or after every one. On an error
    /// the caches hold what they held before.
    pub(crate) fn forward(&self, batch: &mut [NewTokens<'_, KvCache>], cancel: &Cancel) -> Result<Vec<Vec<Logits>>> {
        let shape = self.shape();
        for new in batch.iter_mut() {
            let (needed, limit) = (new.cache.len().saturating_add(new.tokens.len()), self.config.context);
            if needed > limit {
                return Err(ModelError::ContextFull { needed, limit });
            }
            new.cache.reserve(shape, new.tokens.len());
        }
        // A pass that panicked has left numbers there that the next one overwrites.
        let buffers = &mut *self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        self.embed(batch, buffers);
        for (index, layer) in self.layers.iter().enumerate() {
            cancel.check()?;
            self.attention(layer, index, batch, buffers);
            self.feed_forward(layer, buffers);
        }
        let logits = self.logits(batch, buffers);
        for new in batch {
            new.cache.advance(new.tokens.len());
        }
        Ok(logits)
    }

    pub(crate) fn shape(&self) -> Shape {
        let Config { layers, kv_heads, head_size, .. } = self.config;
        Shape { layers, groups: kv_heads, size: head_size }
    }

    fn embed(&self, batch: &[NewTokens<'_, KvCache>], b: &mut Buffers) {
        let tokens = batch.iter().flat_map(|new| new.tokens);
        b.x.resize(tokens.clone().count() * self.config.hidden, 0.0);
        for (&token, x) in tokens.zip(b.x.chunks_exact_mut(self.config.hidden)) {
            self.embedding.row(token as usize, x);
        }
        let positions = batch.iter().flat_map(|new| (new.cache.len()..).take(new.tokens.len()));
        b.angles.clear();
        for position in positions {
            b.angles.extend(self.frequencies.iter().map(|frequency| {
                let (sine, cosine) = (position as f32 * frequency).sin_cos();
                (cosine, sine)
            }));
        }
    }

    /// Adds to the stream what each row finds in the tokens before it. Their keys and values go into the caches.
    fn attention(&self, layer: &Layer, index: usize, batch: &mut [NewTokens<'_, KvCache>], b: &mut Buffers) {
        let Config { heads, .. } = self.config;
        self.cpu.norm(&b.x, &layer.attention_norm, self.config.norm_epsilon, &mut b.rows);
        self.cpu.products(
            &b.rows,
            &mut [
                Product { weights: &layer.query.weight, out: &mut b.queries }, // (M, H * S)
                Product { weights: &layer.key.weight, out: &mut b.keys },      // (M, G * S)
                Product { weights: &layer.value.weight, out: &mut b.values },  // (M, G * S)
            ],
        );
        self.finish(&layer.query, &mut b.queries, Some(&b.angles));
        self.finish(&layer.key, &mut b.keys, Some(&b.angles));
        self.finish(&layer.value, &mut b.values, None);
        self.remember(index, batch, b);
        let mut first = 0;
        let sequences: Vec<Sequence<'_>> = batch
            .iter()
            .map(|new| {
                let rows = new.tokens.len();
                first += rows;
                Sequence { cache: &*new.cache, past: new.cache.len(), first: first - rows, rows }
            })
            .collect();
        self.cpu.attend(self.shape(), index, heads, &b.queries, &sequences, &mut b.rows); // (M, H * S)
        self.cpu.products(&b.rows, &mut [Product { weights: &layer.attention_output, out: &mut b.delta }]);
        add(&mut b.x, &b.delta);
    }

    fn feed_forward(&self, layer: &Layer, b: &mut Buffers) {
        self.cpu.norm(&b.x, &layer.feed_forward_norm, self.config.norm_epsilon, &mut b.rows);
        self.cpu.products(
            &b.rows,
            &mut [
                Product { weights: &layer.gate, out: &mut b.gate }, // (M, F)
                Product { weights: &layer.up, out: &mut b.up },     // (M, F)
            ],
        );
        self.cpu.gate(&b.gate, &b.up, self.config.feed_forward, &mut b.rows);
        self.cpu.products(&b.rows, &mut [Product { weights: &layer.down, out: &mut b.delta }]);
        add(&mut b.x, &b.delta);
    }

    fn logits(&self, batch: &[NewTokens<'_, KvCache>], b: &mut Buffers) -> Vec<Vec<Logits>> {
        let Config { hidden, vocabulary, .. } = self.config;
        let mut end = 0;
        let mut wanted = Vec::new();
        for new in batch {
            end += new.tokens.len();
            wanted.extend_from_slice(&b.x[(end - new.wanted()) * hidden..end * hidden]);
        }
        self.cpu.norm(&wanted, &self.output_norm, self.config.norm_epsilon, &mut b.rows);
        let mut logits = Vec::new();
        let weights = self.output.as_ref().unwrap_or(&self.embedding);
        self.cpu.products(&b.rows, &mut [Product { weights, out: &mut logits }]); // (wanted, V)
        let mut rows = logits.chunks_exact(vocabulary).map(<[f32]>::to_vec);
        batch.iter().map(|new| rows.by_ref().take(new.wanted()).collect()).collect()
    }

    /// What stands between a projection and attention: bias, norm of each head, rotation by the position (Su et al. 2021).
    fn finish(&self, projection: &Projection, x: &mut [f32], angles: Option<&[(f32, f32)]>) {
        let Config { head_size, norm_epsilon, rotation, .. } = self.config;
        let width = projection.weight.rows;
        for (row, x) in x.chunks_exact_mut(width).enumerate() {
            if let Some(bias) = &projection.bias {
                add(x, bias);
            }
            let Some(angles) = angles else { continue };
            let angles = &angles[row * head_size / 2..][..head_size / 2];
            for head in x.chunks_exact_mut(head_size) {
                if let Some(norm) = &projection.norm {
                    self.cpu.norm_vector(head, norm, norm_epsilon);
                }
                rotate(head, angles, rotation);
            }
        }
    }

    fn remember(&self, layer: usize, batch: &mut [NewTokens<'_, KvCache>], b: &mut Buffers) {
        let shape = self.shape();
        let [keys, values] = &mut b.halves;
        for (halves, floats) in [(&mut *keys, &b.keys), (&mut *values, &b.values)] {
            halves.resize(floats.len(), 0);
            self.cpu.halve(floats, halves);
        }
        let mut heads = keys.chunks_exact(shape.size).zip(values.chunks_exact(shape.size));
        for new in batch {
            let past = new.cache.len();
            for token in past..past + new.tokens.len() {
                for (group, (key, value)) in heads.by_ref().take(shape.groups).enumerate() {
                    new.cache.write(shape, layer, group, token, key, value);
                }
            }
        }
    }
}

impl Layer {
    fn load(gguf: &Gguf<'_>, layer: usize, config: &Config, shelf: Option<&Shelf>) -> Result<Layer> {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let matrix = |part: &str| Tiles::load(gguf, &name(part), shelf);
        let projection = |part: &str| {
            let bias = format!("blk.{layer}.{part}.bias");
            let norm = name(&format!("{part}_norm"));
            let has_norm = config.normed_heads && part != "attn_v";
            Ok::<_, ModelError>(Projection {
                weight: matrix(part)?,
                bias: if config.biased { Some(gguf.numbers(&bias)?) } else { None },
                norm: if has_norm { Some(gguf.numbers(&norm)?) } else { None },
            })
        };
        Ok(Layer {
            attention_norm: gguf.numbers(&name("attn_norm"))?,
            query: projection("attn_q")?,
            key: projection("attn_k")?,
            value: projection("attn_v")?,
            attention_output: matrix("attn_output")?,
            feed_forward_norm: gguf.numbers(&name("ffn_norm"))?,
            gate: matrix("ffn_gate")?,
            up: matrix("ffn_up")?,
            down: matrix("ffn_down")?,
        })
    }
}

/// Turns each pair of a head's numbers by its angle.
fn rotate(head: &mut [f32], angles: &[(f32, f32)], rotation: Rotation) {
    let turn = |a: &mut f32, b: &mut f32, (cosine, sine): (f32, f32)| {
        (*a, *b) = (*a * cosine - *b * sine, *a * sine + *b * cosine);
    };
    match rotation {
        Rotation::Halves => {
            let (first, second) = head.split_at_mut(angles.len());
            for ((a, b), &angle) in first.iter_mut().zip(second).zip(angles) {
                turn(a, b, angle);
            }
        }
        Rotation::Neighbours => {
            for (pair, &angle) in head.as_chunks_mut::<2>().0.iter_mut().zip(angles) {
                let [a, b] = pair;
                turn(a, b, angle);
            }
        }
    }
}

fn add(x: &mut [f32], y: &[f32]) {
    for (x, y) in x.iter_mut().zip(y) {
        *x += y;
    }
}
