//! Causal attention of new rows over the cache (Vaswani et al. 2017; heads share keys and values as in Ainslie et al. 2023).
//!
//! Scores are products of queries with tiles of keys, the mixed values products of weights with tiles of values, so that each key and
//! value that is read serves all rows of an item.

use super::cache::{KvCache, Shape, TOKENS};
use super::lanes::{Lanes, by_rows, exp, store_first};
use super::products::{Half, float_tile};
use super::tiles::TILE;

/// Some rows of one sequence and one KV head.
pub(super) struct Item<'a> {
    pub(super) cache: &'a KvCache,
    pub(super) shape: Shape,
    pub(super) layer: usize,
    pub(super) group: usize,
    /// Tokens that the first row sees; each one after it sees one more.
    pub(super) visible: usize,
    pub(super) rows: usize,
    /// Query heads that share the KV head.
    pub(super) heads: usize,
    /// `(rows, stride)`: the rows' queries of this group begin here, head after head.
    pub(super) queries: *const f32,
    pub(super) out: *mut f32,
    pub(super) stride: usize,
}

/// What an item computes in.
#[derive(Default)]
pub(super) struct Scratch {
    queries: Vec<f32>,
    scores: Vec<f32>,
    sums: Vec<f32>,
}

impl Item<'_> {
    /// Writes the mixed values of every row and head where the queries of it stand in `out`.
    ///
    /// # Safety
    /// The instruction set is there, and the rows of queries and output.
    #[inline(always)]
    pub(super) unsafe fn attend<L: Lanes>(&self, scratch: &mut Scratch) {
        let Shape { size, .. } = self.shape;
        let vectors = self.rows * self.heads;
        let most = self.visible + self.rows - 1;
        let width = most.next_multiple_of(TOKENS);
        let Scratch { queries, scores, sums } = scratch;
        queries.clear();
        scores.resize(vectors * width, 0.0);
        let scale = 1.0 / (size as f32).sqrt();
        // SAFETY: the caller lends the rows; tiles and scores are as large as their shapes say.
        unsafe {
            for row in 0..self.rows {
                let row = std::slice::from_raw_parts(self.queries.add(row * self.stride), self.heads * size);
                queries.extend(row.iter().map(|x| x * scale));
            }
            by_rows!(L::FLOAT_ROWS, vectors, first, N => {
                self.score::<L, N>(&queries[first * size..], &mut scores[first * width..], width);
            });
            sums.clear();
            for vector in 0..vectors {
                let visible = self.visible + vector / self.heads;
                sums.push(softmax::<L>(&mut scores[vector * width..][..width], visible));
            }
            by_rows!(L::FLOAT_ROWS, vectors, first, N => {
                self.mix::<L, N>(first, &scores[first * width..], width, most, &sums[first..]);
            });
        }
    }

    /// Scores of `N` vectors of queries with all tokens.
    #[inline(always)]
    unsafe fn score<L: Lanes, const N: usize>(&self, queries: &[f32], scores: &mut [f32], width: usize) {
        let size = self.shape.size;
        for block in 0..width / TOKENS {
            let (keys, _) = self.cache.block(self.shape, self.layer, self.group, block);
            for (tile, keys) in keys.chunks_exact(size * TILE).enumerate() {
                let at = block * TOKENS + tile * TILE;
                // SAFETY: a tile has `size` columns, and each row of scores has room for it.
                unsafe {
                    let sums = float_tile::<L, Half, N>(
                        keys.as_ptr().cast(),
                        size,
                        queries.as_ptr(),
                        size,
                        [L::splat(0.0); N],
                    );
                    for (row, sum) in sums.into_iter().enumerate() {
                        L::store(sum, scores.as_mut_ptr().add(row * width + at));
                    }
                }
            }
        }
    }

    /// Mixed values of `N` vectors, the first of which is number `first`.
    #[inline(always)]
    unsafe fn mix<L: Lanes, const N: usize>(
        &self,
        first: usize,
        weights: &[f32],
        width: usize,
        most: usize,
        sums: &[f32],
    ) {
        let size = self.shape.size;
        for part in 0..size.div_ceil(TILE) {
            // SAFETY: blocks hold their tokens, rows of weights are `width` long, and the output has all heads' numbers.
            unsafe {
                let mut mixed = [L::splat(0.0); N];
                for block in 0..width / TOKENS {
                    let (_, values) = self.cache.block(self.shape, self.layer, self.group, block);
                    let tokens = (most - block * TOKENS).min(TOKENS);
                    let tile = values.as_ptr().add(part * TOKENS * TILE);
                    mixed = float_tile::<L, Half, N>(
                        tile.cast(),
                        tokens,
                        weights.as_ptr().add(block * TOKENS),
                        width,
                        mixed,
                    );
                }
                for (index, mixed) in mixed.into_iter().enumerate() {
                    let (row, head) = ((first + index) / self.heads, (first + index) % self.heads);
                    let out = self.out.add(row * self.stride + head * size + part * TILE);
                    store_first::<L>(L::div(mixed, L::splat(sums[index])), out, size - part * TILE);
                }
            }
        }
    }
}

/// Makes `e^(score - largest)` of what is visible and zero of the rest; gives the sum.
#[inline(always)]
unsafe fn softmax<L: Lanes>(scores: &mut [f32], visible: usize) -> f32 {
    scores[visible..].fill(f32::NEG_INFINITY);
    // SAFETY: rows of scores are whole lanes long.
    unsafe {
        let lanes = visible.div_ceil(TILE) * TILE;
        let at = scores.as_mut_ptr();
        let mut largest = L::splat(f32::NEG_INFINITY);
        for lane in (0..lanes).step_by(TILE) {
            largest = L::max(largest, L::load(at.add(lane)));
        }
        let less = L::splat(-L::largest(largest));
        for lane in (0..lanes).step_by(TILE) {
            L::store(exp::<L>(L::add(L::load(at.add(lane)), less)), at.add(lane));
        }
        scores[visible..].fill(0.0);
        let at = scores.as_ptr();
        let mut sum = L::splat(0.0);
        for lane in (0..lanes).step_by(TILE) {
            sum = L::add(sum, L::load(at.add(lane)));
        }
        L::sum(sum)
    }
}
