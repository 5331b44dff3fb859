//! CPU kernels where candle's own lose on small models: matrix products for few rows, and attention over a cache.
//!
//! candle splits every product over threads that spin until the last is done, which on a busy machine costs a time slice
//! for each of dozens of products a token. These split only what is large, on the thread pool that they are called in.

use std::sync::Arc;

use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K, BlockQ8_0, GgmlType,
};
use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{CpuStorage, CustomOp1, CustomOp3, Device, Layout, Module, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::error::Result;

/// From this many rows on, expanding the weights to f32 and multiplying densely beats dot products on blocks.
const DENSE_ROWS: usize = 32;

/// Multiplications below which another thread costs more than it saves.
const PARALLEL_WORK: usize = 1 << 22;

/// A weight matrix `(N, K)` that maps rows of `K` numbers to rows of `N`.
pub(crate) struct Linear {
    weight: Arc<QTensor>,
    /// Takes over on a GPU, and for weights that are floats.
    candle: Option<QMatMul>,
}

impl Linear {
    pub(crate) fn new(weight: Arc<QTensor>) -> Result<Linear> {
        let ours = weight.device().is_cpu() && weight.dtype().block_size() > 1;
        let candle = if ours { None } else { Some(QMatMul::from_arc(weight.clone())?) };
        Ok(Linear { weight, candle })
    }

    /// `x`: `(M, K)`; gives `(M, N)`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if let Some(candle) = &self.candle {
            return Ok(candle.forward(x)?);
        }
        if x.dim(0)? >= DENSE_ROWS {
            return Ok(x.matmul(&self.weight.dequantize(&Device::Cpu)?.t()?)?);
        }
        Ok(x.apply_op1_no_bwd(&BlockDot(&self.weight))?)
    }
}

/// Causal attention of new rows over the cache, without masks and copies. Inputs: queries `(m, H, S)`, already scaled;
/// keys and values `(G, L, S)`, the last `m` of whose tokens are the rows themselves. Output: `(m, H * S)`.
pub(crate) struct Attention;

impl CustomOp3 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        queries: &CpuStorage,
        queries_layout: &Layout,
        keys: &CpuStorage,
        keys_layout: &Layout,
        values: &CpuStorage,
        values_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (m, heads, size) = queries_layout.shape().dims3()?;
        let (groups, length, _) = keys_layout.shape().dims3()?;
        let queries = contiguous(queries, queries_layout)?;
        let past = Past { keys: grouped(keys, keys_layout)?, values: grouped(values, values_layout)?, groups, size };
        let mut out = vec![0f32; m * heads * size];
        let rows =
            |(row, (queries, out)): (usize, (&[f32], &mut [f32]))| past.attend(length - m + row + 1, queries, out);
        let width = heads * size;
        if m * length * width >= PARALLEL_WORK {
            queries.par_chunks(width).zip(out.par_chunks_mut(width)).enumerate().for_each(rows);
        } else {
            queries.chunks(width).zip(out.chunks_mut(width)).enumerate().for_each(rows);
        }
        Ok((CpuStorage::F32(out), Shape::from((m, width))))
    }
}

/// Dot products of quantized rows with quantized weights, block by block.
struct BlockDot<'a>(&'a QTensor);

impl CustomOp1 for BlockDot<'_> {
    fn name(&self) -> &'static str {
        "block-dot"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let x = contiguous(x, layout)?;
        let (m, _) = layout.shape().dims2()?;
        let (n, k) = self.0.shape().dims2()?;
        let out = match self.0.dtype() {
            GgmlDType::Q4_0 => block_dot::<BlockQ4_0>(self.0, x, n, k)?,
            GgmlDType::Q4_1 => block_dot::<BlockQ4_1>(self.0, x, n, k)?,
            GgmlDType::Q5_0 => block_dot::<BlockQ5_0>(self.0, x, n, k)?,
            GgmlDType::Q5_1 => block_dot::<BlockQ5_1>(self.0, x, n, k)?,
            GgmlDType::Q8_0 => block_dot::<BlockQ8_0>(self.0, x, n, k)?,
            GgmlDType::Q2K => block_dot::<BlockQ2K>(self.0, x, n, k)?,
            GgmlDType::Q3K => block_dot::<BlockQ3K>(self.0, x, n, k)?,
            GgmlDType::Q4K => block_dot::<BlockQ4K>(self.0, x, n, k)?,
            GgmlDType::Q5K => block_dot::<BlockQ5K>(self.0, x, n, k)?,
            GgmlDType::Q6K => block_dot::<BlockQ6K>(self.0, x, n, k)?,
            other => bail!("no kernel for weights of type {other:?}"),
        };
        Ok((CpuStorage::F32(out), Shape::from((m, n))))
    }
}

/// `x`: `(M, K)`; weights `(N, K)` of type `T`; gives `(M, N)`.
fn block_dot<T: GgmlType>(weight: &QTensor, x: &[f32], n: usize, k: usize) -> candle_core::Result<Vec<f32>> {
    let bytes = weight.data()?;
    // SAFETY: on the CPU candle stores a tensor of this type as a `Vec<T>`, and lends its bytes.
    let weights = unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast::<T>(), bytes.len() / size_of::<T>()) };
    let (m, blocks) = (x.len() / k, k / T::BLCK_SIZE);
    let mut rows = vec![T::VecDotType::zeros(); m * blocks];
    for (x, row) in x.chunks(k).zip(rows.chunks_mut(blocks)) {
        T::VecDotType::from_float(x, row);
    }
    let mut out = vec![0f32; m * n];
    let threads = rayon::current_num_threads();
    if threads == 1 || m * n * k < PARALLEL_WORK {
        dot_rows(weights, &rows, k, n, &mut out);
    } else if m == 1 {
        let columns = n.div_ceil(threads).next_multiple_of(4);
        let parts = weights.par_chunks(columns * blocks).zip(out.par_chunks_mut(columns));
        parts.for_each(|(weights, out)| dot_rows(weights, &rows, k, out.len(), out));
    } else {
        let count = m.div_ceil(threads);
        let parts = rows.par_chunks(count * blocks).zip(out.par_chunks_mut(count * n));
        parts.for_each(|(rows, out)| dot_rows(weights, rows, k, n, out));
    }
    Ok(out)
}

/// Four weights at a time, so that each read of a row serves four products, and each weight serves all rows from the cache.
fn dot_rows<T: GgmlType>(weights: &[T], rows: &[T::VecDotType], k: usize, n: usize, out: &mut [f32]) {
    let blocks = k / T::BLCK_SIZE;
    for (quad, weights) in weights.chunks(4 * blocks).enumerate() {
        let weight = |index: usize| &weights[index * blocks..(index + 1) * blocks];
        for (row, out) in rows.chunks(blocks).zip(out.chunks_mut(n)) {
            match &mut out[4 * quad..] {
                [a, b, c, d, ..] => (*a, *b, *c, *d) = T::vec_dot_4(k, weight(0), weight(1), weight(2), weight(3), row),
                rest => rest.iter_mut().enumerate().for_each(|(index, out)| *out = T::vec_dot(k, weight(index), row)),
            }
        }
    }
}

/// Keys and values of one layer; each group starts `stride` after the one before it.
struct Past<'a> {
    keys: (&'a [f32], usize),
    values: (&'a [f32], usize),
    groups: usize,
    size: usize,
}

impl Past<'_> {
    /// One row: `queries` and `out` are `(H, S)`, and the first `visible` tokens are seen.
    fn attend(&self, visible: usize, queries: &[f32], out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has what the function was compiled for.
            return unsafe { self.attend_avx2(visible, queries, out) };
        }
        self.attend_anywhere(visible, queries, out);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn attend_avx2(&self, visible: usize, queries: &[f32], out: &mut [f32]) {
        self.attend_anywhere(visible, queries, out);
    }

    #[inline(always)]
    fn attend_anywhere(&self, visible: usize, queries: &[f32], out: &mut [f32]) {
        let size = self.size;
        let width = queries.len() / self.groups;
        let mut weights = vec![0f32; width / size * visible];
        for (group, (queries, out)) in queries.chunks(width).zip(out.chunks_mut(width)).enumerate() {
            let keys = &self.keys.0[group * self.keys.1..][..visible * size];
            for (token, key) in keys.chunks_exact(size).enumerate() {
                for (head, query) in queries.chunks_exact(size).enumerate() {
                    weights[head * visible + token] = dot(query, key);
                }
            }
            weights.chunks_exact_mut(visible).for_each(softmax);
            let values = &self.values.0[group * self.values.1..][..visible * size];
            for (token, value) in values.chunks_exact(size).enumerate() {
                for (head, out) in out.chunks_exact_mut(size).enumerate() {
                    add_scaled(out, weights[head * visible + token], value);
                }
            }
        }
    }
}

/// Sixteen sums side by side, which compilers turn into vector registers.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; 16];
    let (whole_a, rest_a) = a.as_chunks::<16>();
    let (whole_b, rest_b) = b.as_chunks::<16>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[inline(always)]
fn add_scaled(out: &mut [f32], scale: f32, x: &[f32]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out += scale * x;
    }
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - highest).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> candle_core::Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => bail!("a kernel needs contiguous rows, not {layout:?}"),
    }
}

/// The numbers of a `(G, L, S)` view into `(G, capacity, S)`, and how far apart its groups are.
fn grouped<'a>(storage: &'a CpuStorage, layout: &Layout) -> candle_core::Result<(&'a [f32], usize)> {
    let (_, _, size) = layout.shape().dims3()?;
    match layout.stride() {
        [stride, rows, 1] if *rows == size => Ok((&storage.as_slice::<f32>()?[layout.start_offset()..], *stride)),
        other => bail!("a cache has strides {other:?}"),
    }
}
