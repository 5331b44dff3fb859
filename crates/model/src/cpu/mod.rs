//! What the forward pass computes on a CPU: products with quantized weights, attention over a cache in blocks, norms, gates.
//!
//! Each kernel is written once over [`lanes::Lanes`] and compiled for every instruction set; which one runs is chosen when the program
//! starts. [`Cpu`] is the table of what was chosen, with the threads.

mod activations;
mod attention;
mod cache;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod pool;
mod products;
mod shelf;
#[cfg(test)]
mod tests;
mod tiles;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::cell::RefCell;
use std::ops::Range;

use activations::{Activations, Row};
use attention::{Item, Scratch};
use lanes::{Lanes, Portable, exp, store_first};
use pool::Pool;
use tiles::TILE;

pub(crate) use cache::{KvCache, Shape};
pub(crate) use shelf::Shelf;
pub(crate) use tiles::Tiles;

/// Multiplications below which another thread costs more than it saves.
const PARALLEL_WORK: usize = 1 << 21;

/// Vectors of queries that an item of attention has, about.
const VECTORS: usize = 12;

/// The kernels of one instruction set.
#[derive(Clone, Copy)]
struct Kernels {
    name: &'static str,
    product: unsafe fn(&Tiles, usize, &Activations, *mut f32, usize),
    round: unsafe fn(&mut Row<'_>),
    norm: unsafe fn(&[f32], &[f32], f32, &mut [f32]),
    gate: unsafe fn(&[f32], &[f32], &mut [f32]),
    halve: unsafe fn(&[f32], &mut [u16]),
    attend: unsafe fn(&Item<'_>, &mut Scratch),
}

macro_rules! kernels {
    ($table:ident, $name:literal, $lanes:ty $(, #[$feature:meta])?) => {
        const $table: Kernels = {
            $(#[$feature])?
            unsafe fn product(weights: &Tiles, tile: usize, x: &Activations, out: *mut f32, stride: usize) {
                // SAFETY: the caller's.
                unsafe { products::product::<$lanes>(weights, tile, x, out, stride) }
            }
            $(#[$feature])?
            unsafe fn round(row: &mut Row<'_>) {
                // SAFETY: the caller's.
                unsafe { row.round::<$lanes>() }
            }
            $(#[$feature])?
            unsafe fn norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
                // SAFETY: the caller's.
                unsafe { norm_lanes::<$lanes>(x, weight, epsilon, out) }
            }
            $(#[$feature])?
            unsafe fn gate(gate: &[f32], up: &[f32], out: &mut [f32]) {
                // SAFETY: the caller's.
                unsafe { gate_lanes::<$lanes>(gate, up, out) }
            }
            $(#[$feature])?
            unsafe fn halve(x: &[f32], out: &mut [u16]) {
                // SAFETY: the caller's.
                unsafe { halve_lanes::<$lanes>(x, out) }
            }
            $(#[$feature])?
            unsafe fn attend(item: &Item<'_>, scratch: &mut Scratch) {
                // SAFETY: the caller's.
                unsafe { item.attend::<$lanes>(scratch) }
            }
            Kernels { name: $name, product, round, norm, gate, halve, attend }
        };
    };
}

kernels!(PORTABLE, "portable", Portable);
#[cfg(target_arch = "x86_64")]
kernels!(AVX2, "AVX2", x86::Avx2<false>, #[target_feature(enable = "avx2,fma,f16c")]);
#[cfg(target_arch = "x86_64")]
kernels!(AVX_VNNI, "AVX-VNNI", x86::Avx2<true>, #[target_feature(enable = "avx2,fma,f16c,avxvnni")]);
#[cfg(target_arch = "x86_64")]
kernels!(AVX512, "AVX-512 VNNI", x86::Avx512, #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")]);

#[cfg(target_arch = "aarch64")]
kernels!(NEON, "NEON", neon::Neon, #[target_feature(enable = "neon,dotprod")]);

impl Kernels {
    /// Those that this processor can run, the best first.
    fn available() -> Vec<Kernels> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 =
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
            let wide = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            all.extend((avx2 && wide).then_some(AVX512));
            all.extend((avx2 && is_x86_feature_detected!("avxvnni")).then_some(AVX_VNNI));
            all.extend(avx2.then_some(AVX2));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(std::arch::is_aarch64_feature_detected!("dotprod").then_some(NEON));
        all.push(PORTABLE);
        all
    }
}

/// The processor: kernels for its instruction set, and threads.
pub(crate) struct Cpu {
    kernels: Kernels,
    pool: Pool,
}

/// Rows of activations that products can be made with.
#[derive(Default)]
pub(crate) struct Rows(Activations);

/// A matrix product to make: columns of `out`, `(m, weights.rows)`.
pub(crate) struct Product<'a> {
    pub(crate) weights: &'a Tiles,
    pub(crate) out: &'a mut Vec<f32>,
}

/// New rows of one sequence, for attention.
pub(crate) struct Sequence<'a> {
    pub(crate) cache: &'a KvCache,
    /// Its tokens before the new ones.
    pub(crate) past: usize,
    /// Its first row in the batch, and how many it has.
    pub(crate) first: usize,
    pub(crate) rows: usize,
}

impl Cpu {
    /// The best kernels that the processor can run.
    pub(crate) fn new(threads: usize) -> Cpu {
        Cpu { kernels: Kernels::available()[0], pool: Pool::new(threads) }
    }

    /// One for each set of kernels that the processor can run.
    #[cfg(test)]
    pub(crate) fn every() -> Vec<Cpu> {
        Kernels::available().into_iter().map(|kernels| Cpu { kernels, pool: Pool::new(2) }).collect()
    }

    /// `AVX-512 VNNI`, `AVX-VNNI`, `AVX2`, `NEON` or `portable`, and the number of threads.
    pub(crate) fn describe(&self) -> String {
        let threads = self.pool.threads();
        format!("{} on {threads} thread{}", self.kernels.name, if threads == 1 { "" } else { "s" })
    }

    /// Root mean square norm (Zhang and Sennrich 2019) of each row of `x`, `(m, D)`, into `out`.
    pub(crate) fn norm(&self, x: &[f32], weight: &[f32], epsilon: f32, out: &mut Rows) {
        let width = weight.len();
        out.0.resize(x.len() / width, width);
        self.fill(&mut out.0, &|row, out| {
            // SAFETY: the instruction set was looked for.
            unsafe { (self.kernels.norm)(&x[row * width..][..width], weight, epsilon, out) }
        });
    }

    /// The same for one vector, in place.
    pub(crate) fn norm_vector(&self, x: &mut [f32], weight: &[f32], epsilon: f32) {
        let before = x.to_vec();
        // SAFETY: the instruction set was looked for.
        unsafe { (self.kernels.norm)(&before, weight, epsilon, x) }
    }

    /// `silu(gate) * up` (Shazeer 2020), all `(m, F)`.
    pub(crate) fn gate(&self, gate: &[f32], up: &[f32], width: usize, out: &mut Rows) {
        out.0.resize(gate.len() / width, width);
        self.fill(&mut out.0, &|row, out| {
            let part = row * width..(row + 1) * width;
            // SAFETY: the instruction set was looked for.
            unsafe { (self.kernels.gate)(&gate[part.clone()], &up[part], out) }
        });
    }

    /// Half precision of `x`.
    pub(crate) fn halve(&self, x: &[f32], out: &mut [u16]) {
        // SAFETY: the instruction set was looked for; the kernel checks lengths.
        unsafe { (self.kernels.halve)(x, out) }
    }

    /// Products of the same rows with several matrices.
    pub(crate) fn products(&self, x: &Rows, products: &mut [Product<'_>]) {
        let x = &x.0;
        let mut work = 0;
        let mut tiles = 0;
        for product in products.iter_mut() {
            assert_eq!(product.weights.columns, x.width, "a matrix for rows of another width");
            product.out.resize(x.rows * product.weights.rows, 0.0);
            work += x.rows * product.weights.rows * product.weights.columns;
            tiles += product.weights.count();
        }
        let outs: Vec<(&Tiles, Out<f32>)> =
            products.iter_mut().map(|product| (product.weights, Out(product.out.as_mut_ptr()))).collect();
        let body = |range: Range<usize>| {
            for index in range {
                let mut index = index;
                for (weights, out) in &outs {
                    if index < weights.count() {
                        // SAFETY: the instruction set was looked for, widths were compared, the output has its rows, and each tile
                        // writes columns of its own.
                        unsafe { (self.kernels.product)(weights, index, x, out.0, weights.rows) };
                        break;
                    }
                    index -= weights.count();
                }
            }
        };
        let chunk = (tiles / (self.pool.threads() * 8)).clamp(1, 64);
        if work < PARALLEL_WORK { body(0..tiles) } else { self.pool.run(tiles, chunk, &body) }
    }

    /// Attention of every sequence's rows over its cache: `queries` is `(M, H * S)`, as is what goes into `out`.
    pub(crate) fn attend(
        &self,
        shape: Shape,
        layer: usize,
        heads: usize,
        queries: &[f32],
        sequences: &[Sequence<'_>],
        out: &mut Rows,
    ) {
        let width = heads * shape.size;
        out.0.resize(queries.len() / width, width);
        let per_group = heads / shape.groups;
        let rows_of_item = (VECTORS / per_group).max(1);
        let mut items = Vec::new();
        let mut work = 0;
        for sequence in sequences {
            for first in (0..sequence.rows).step_by(rows_of_item) {
                let rows = rows_of_item.min(sequence.rows - first);
                work += rows * width * (sequence.past + first);
                items.extend((0..shape.groups).map(|group| (sequence, first, rows, group)));
            }
        }
        let written = Out(out.0.floats.as_mut_ptr());
        let body = |range: Range<usize>| {
            let written = &written;
            SCRATCH.with_borrow_mut(|scratch| {
                for &(sequence, first, rows, group) in &items[range] {
                    let offset = (sequence.first + first) * width + group * per_group * shape.size;
                    let item = Item {
                        cache: sequence.cache,
                        shape,
                        layer,
                        group,
                        visible: sequence.past + first + 1,
                        rows,
                        heads: per_group,
                        queries: &raw const queries[offset],
                        // SAFETY: the output is as large as the queries.
                        out: unsafe { written.0.add(offset) },
                        stride: width,
                    };
                    // SAFETY: the instruction set was looked for; items write parts of their own.
                    unsafe { (self.kernels.attend)(&item, scratch) };
                }
            });
        };
        if work < PARALLEL_WORK / 4 {
            body(0..items.len())
        } else {
            self.pool.run(items.len(), 1, &body)
        }
        self.fill(&mut out.0, &|_, _| {});
    }

    /// Writes and rounds each row.
    fn fill(&self, out: &mut Activations, write: &(dyn Fn(usize, &mut [f32]) + Sync)) {
        let (count, work) = (out.rows, out.rows * out.width * 32);
        let rows = out.rows_mut();
        let body = |range: Range<usize>| {
            for number in range {
                // SAFETY: a loop has each number once; the instruction set was looked for.
                unsafe {
                    let mut row = rows.row(number);
                    write(number, row.floats);
                    (self.kernels.round)(&mut row);
                }
            }
        };
        if work < PARALLEL_WORK { body(0..count) } else { self.pool.run(count, 8, &body) }
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Where threads write, each its own part.
struct Out<T>(*mut T);
// SAFETY: whoever makes one says why its writers do not meet.
unsafe impl<T> Sync for Out<T> {}

#[inline(always)]
unsafe fn norm_lanes<L: Lanes>(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    assert!(x.len() == weight.len() && x.len() == out.len());
    // SAFETY: lanes beyond the end are read from copies.
    unsafe {
        let mut squares = L::splat(0.0);
        for at in (0..x.len()).step_by(TILE) {
            let x = part::<L>(x, at);
            squares = L::fma(x, x, squares);
        }
        let scale = L::splat(1.0 / (L::sum(squares) / x.len() as f32 + epsilon).sqrt());
        for at in (0..x.len()).step_by(TILE) {
            put::<L>(L::mul(L::mul(part::<L>(x, at), scale), part::<L>(weight, at)), out, at);
        }
    }
}

#[inline(always)]
unsafe fn gate_lanes<L: Lanes>(gate: &[f32], up: &[f32], out: &mut [f32]) {
    assert!(gate.len() == up.len() && gate.len() == out.len());
    // SAFETY: lanes beyond the end are read from copies.
    unsafe {
        for at in (0..gate.len()).step_by(TILE) {
            let (gate, up) = (part::<L>(gate, at), part::<L>(up, at));
            // Below -87 the sigmoid is zero in any case.
            let power = exp::<L>(L::mul(L::max(gate, L::splat(-87.0)), L::splat(-1.0)));
            put::<L>(L::mul(L::div(gate, L::add(L::splat(1.0), power)), up), out, at);
        }
    }
}

#[inline(always)]
unsafe fn halve_lanes<L: Lanes>(x: &[f32], out: &mut [u16]) {
    assert!(x.len() == out.len());
    // SAFETY: lanes beyond the end are read from and written to copies.
    unsafe {
        for at in (0..x.len()).step_by(TILE) {
            let mut whole = [0u16; TILE];
            L::store_half(part::<L>(x, at), whole.as_mut_ptr());
            let count = (x.len() - at).min(TILE);
            out[at..at + count].copy_from_slice(&whole[..count]);
        }
    }
}

/// Sixteen numbers from `at` on, with zeros beyond the end.
#[inline(always)]
unsafe fn part<L: Lanes>(x: &[f32], at: usize) -> L::Floats {
    // SAFETY: sixteen numbers are there, or are copied.
    unsafe {
        if at + TILE <= x.len() {
            return L::load(x.as_ptr().add(at));
        }
        let mut whole = [0f32; TILE];
        whole[..x.len() - at].copy_from_slice(&x[at..]);
        L::load(whole.as_ptr())
    }
}

/// Writes sixteen numbers from `at` on, or as many as there is room for.
#[inline(always)]
unsafe fn put<L: Lanes>(x: L::Floats, out: &mut [f32], at: usize) {
    let out = &mut out[at..];
    // SAFETY: as many numbers have room.
    unsafe { store_first::<L>(x, out.as_mut_ptr(), out.len()) }
}
