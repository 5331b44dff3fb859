//! Products of a tile of weights with rows of activations, written once for all instruction sets.
//!
//! Integers are summed over a block of 32 columns, exactly; floats over the blocks, in the order of the columns.

use super::activations::Activations;
use super::lanes::{Lanes, by_rows, store_first};
use super::tiles::{BLOCK, Format, NEST, TILE, Tiles};

/// Blocks ahead that are fetched where weights stream from memory.
const AHEAD: usize = 4;

/// Writes columns `16 * tile..` of the product of `x`, `(m, columns)`, and `weights`, into `out`, `(m, stride)`.
///
/// # Safety
/// The instruction set is there, `x` is as wide as the weights, and `out` has `m` rows of `stride` numbers.
#[inline(always)]
pub(super) unsafe fn product<L: Lanes>(weights: &Tiles, tile: usize, x: &Activations, out: *mut f32, stride: usize) {
    debug_assert!(weights.columns == x.width && tile < weights.count());
    let at = weights.tile(tile);
    let first = tile * TILE;
    let columns = (weights.rows - first).min(TILE);
    // SAFETY: handed on.
    unsafe {
        let out = out.add(first);
        match weights.format {
            Format::Q8_0 => each_row::<L, Flat<Bytes, false>>(at, x, out, stride, columns),
            Format::Q4_0 => each_row::<L, Flat<Nibbles, false>>(at, x, out, stride, columns),
            Format::Q4_1 => each_row::<L, Flat<Nibbles, true>>(at, x, out, stride, columns),
            Format::Q5_0 => each_row::<L, Flat<Fives, false>>(at, x, out, stride, columns),
            Format::Q5_1 => each_row::<L, Flat<Fives, true>>(at, x, out, stride, columns),
            Format::Q4K => each_row::<L, Nested<Nibbles>>(at, x, out, stride, columns),
            Format::Q5K => each_row::<L, Nested<Fives>>(at, x, out, stride, columns),
            Format::Q6K => each_row::<L, NestedSixes>(at, x, out, stride, columns),
            Format::F16 => each_row::<L, Float<Half>>(at, x, out, stride, columns),
            Format::BF16 => each_row::<L, Float<Brain>>(at, x, out, stride, columns),
            Format::F32 => each_row::<L, Float<Single>>(at, x, out, stride, columns),
        }
    }
}

/// How a tile is multiplied with `M` rows.
trait Kernel {
    unsafe fn rows<L: Lanes, const M: usize>(tile: *const u8, x: &Activations, first: usize) -> [L::Floats; M];
}

/// As many rows at a time as the registers hold.
#[inline(always)]
unsafe fn each_row<L: Lanes, K: Kernel>(
    tile: *const u8,
    x: &Activations,
    out: *mut f32,
    stride: usize,
    columns: usize,
) {
    by_rows!(L, x.rows, first, M => {
        // SAFETY: handed on; a row has at least `columns` numbers more.
        unsafe {
            for (index, sum) in K::rows::<L, M>(tile, x, first).into_iter().enumerate() {
                store_first::<L>(sum, out.add((first + index) * stride), columns);
            }
        }
    });
}

/// Codes of one block.
trait Codes {
    const FORMAT_BITS: usize;
    /// Four columns of sixteen rows.
    unsafe fn group<L: Lanes, const G: usize>(codes: *const u8) -> L::Ints;
    #[inline(always)]
    unsafe fn dot<L: Lanes>(sum: L::Ints, codes: L::Ints, x: *const i8) -> L::Ints {
        // SAFETY: handed on.
        unsafe { L::dot_codes(sum, codes, x) }
    }
}

struct Bytes;
struct Nibbles;
struct Fives;
struct Sixes;

impl Codes for Bytes {
    const FORMAT_BITS: usize = 8;
    #[inline(always)]
    unsafe fn group<L: Lanes, const G: usize>(codes: *const u8) -> L::Ints {
        // SAFETY: a block has eight groups of 64 bytes.
        unsafe { L::codes(codes.add(64 * G)) }
    }
    #[inline(always)]
    unsafe fn dot<L: Lanes>(sum: L::Ints, codes: L::Ints, x: *const i8) -> L::Ints {
        // SAFETY: handed on.
        unsafe { L::dot_bytes(sum, codes, x) }
    }
}

impl Codes for Nibbles {
    const FORMAT_BITS: usize = 4;
    #[inline(always)]
    unsafe fn group<L: Lanes, const G: usize>(codes: *const u8) -> L::Ints {
        // SAFETY: a plane of 4 bits has four parts of 64 bytes.
        unsafe {
            let pair = L::codes(codes.add(64 * (G / 2)));
            L::and(if G % 2 == 1 { L::shift::<-4>(pair) } else { pair }, L::splat_int(0x0f0f_0f0f))
        }
    }
}

impl Codes for Fives {
    const FORMAT_BITS: usize = 5;
    #[inline(always)]
    unsafe fn group<L: Lanes, const G: usize>(codes: *const u8) -> L::Ints {
        // SAFETY: behind the plane of 4 bits stands one of 64 bytes.
        unsafe {
            let bits = L::codes(codes.add(256));
            let high = match G {
                0 => L::shift::<4>(bits),
                1 => L::shift::<3>(bits),
                2 => L::shift::<2>(bits),
                3 => L::shift::<1>(bits),
                4 => bits,
                5 => L::shift::<-1>(bits),
                6 => L::shift::<-2>(bits),
                _ => L::shift::<-3>(bits),
            };
            L::or(Nibbles::group::<L, G>(codes), L::and(high, L::splat_int(0x1010_1010)))
        }
    }
}

impl Codes for Sixes {
    const FORMAT_BITS: usize = 6;
    #[inline(always)]
    unsafe fn group<L: Lanes, const G: usize>(codes: *const u8) -> L::Ints {
        // SAFETY: behind the plane of 4 bits stands one of twice 64 bytes.
        unsafe {
            let bits = L::codes(codes.add(256 + 64 * (G / 4)));
            let high = match G % 4 {
                0 => L::shift::<4>(bits),
                1 => L::shift::<2>(bits),
                2 => bits,
                _ => L::shift::<-2>(bits),
            };
            L::or(Nibbles::group::<L, G>(codes), L::and(high, L::splat_int(0x3030_3030)))
        }
    }
}

/// Runs the body for each of the groups that the range names, with its number as a constant.
macro_rules! groups {
    ($group:ident in [$($number:literal)*] $body:block) => { $({ const $group: usize = $number; $body })* };
}

/// One scale of half precision for 32 columns, and a minimum where the type has one.
struct Flat<C, const MINIMUM: bool>(C);

impl<C: Codes, const MINIMUM: bool> Kernel for Flat<C, MINIMUM> {
    #[inline(always)]
    unsafe fn rows<L: Lanes, const M: usize>(tile: *const u8, x: &Activations, first: usize) -> [L::Floats; M] {
        let head = if MINIMUM { 64 } else { 32 };
        let bytes = head + 64 * C::FORMAT_BITS;
        // SAFETY: all reads stay in the tile and in the activations, whose sizes agree.
        unsafe {
            let mut sums = [L::splat(0.0); M];
            for block in 0..x.blocks {
                let at = tile.add(block * bytes);
                if M <= 8 {
                    prefetch(at.wrapping_add(AHEAD * bytes), bytes);
                }
                let mut ints = [L::splat_int(0); M];
                for (row, ints) in ints.iter_mut().enumerate() {
                    *ints = start::<L, C>(x, (first + row) * x.blocks + block, MINIMUM);
                }
                groups!(G in [0 1 2 3 4 5 6 7] {
                    let codes = C::group::<L, G>(at.add(head));
                    for (row, ints) in ints.iter_mut().enumerate() {
                        *ints = C::dot::<L>(*ints, codes, x.codes_at(first + row, block, 4 * G));
                    }
                });
                let scale = L::load_half(at.cast());
                for (row, sum) in sums.iter_mut().enumerate() {
                    let index = (first + row) * x.blocks + block;
                    let scale = L::mul(scale, L::splat(*x.scales.get_unchecked(index)));
                    *sum = L::fma(L::to_floats(ints[row]), scale, *sum);
                }
                if MINIMUM {
                    let minimum = L::load_half(at.add(32).cast());
                    for (row, sum) in sums.iter_mut().enumerate() {
                        *sum = L::fma(
                            minimum,
                            L::splat(*x.scaled_sums.get_unchecked((first + row) * x.blocks + block)),
                            *sum,
                        );
                    }
                }
            }
            sums
        }
    }
}

/// What the sums of a block begin with, so that the codes' offset is taken away.
#[inline(always)]
unsafe fn start<L: Lanes, C: Codes>(x: &Activations, index: usize, no_offset: bool) -> L::Ints {
    // SAFETY: the caller's index is a block's.
    unsafe {
        let corrections = match C::FORMAT_BITS {
            _ if no_offset => return L::splat_int(0),
            8 if L::SIGNED_BYTES => return L::splat_int(0),
            8 => &x.less_128,
            5 => &x.less_16,
            _ => &x.less_8,
        };
        L::splat_int(*corrections.get_unchecked(index))
    }
}

/// Scales and minima that small numbers multiply: `Q4_K` and `Q5_K`.
struct Nested<C>(C);

impl<C: Codes> Kernel for Nested<C> {
    #[inline(always)]
    unsafe fn rows<L: Lanes, const M: usize>(tile: *const u8, x: &Activations, first: usize) -> [L::Floats; M] {
        let bytes = 32 + 64 * C::FORMAT_BITS;
        // SAFETY: as in `Flat`; the columns are whole nests.
        unsafe {
            let mut sums = [L::splat(0.0); M];
            let mut at = tile;
            for nest in 0..x.blocks / NEST {
                let (scale, minimum) = (L::load_half(at.cast()), L::load_half(at.add(32).cast()));
                at = at.add(64);
                for block in nest * NEST..(nest + 1) * NEST {
                    if M <= 8 {
                        prefetch(at.wrapping_add(AHEAD * bytes), bytes);
                    }
                    let mut ints = [L::splat_int(0); M];
                    groups!(G in [0 1 2 3 4 5 6 7] {
                        let codes = C::group::<L, G>(at.add(32));
                        for (row, ints) in ints.iter_mut().enumerate() {
                            *ints = L::dot_codes(*ints, codes, x.codes_at(first + row, block, 4 * G));
                        }
                    });
                    let scale = L::mul(scale, L::load_bytes(at));
                    let minimum = L::mul(minimum, L::load_bytes(at.add(16)));
                    for (row, sum) in sums.iter_mut().enumerate() {
                        let index = (first + row) * x.blocks + block;
                        let scale = L::mul(scale, L::splat(*x.scales.get_unchecked(index)));
                        *sum = L::fma(L::to_floats(ints[row]), scale, *sum);
                        *sum = L::fnma(minimum, L::splat(*x.scaled_sums.get_unchecked(index)), *sum);
                    }
                    at = at.add(bytes);
                }
            }
            sums
        }
    }
}

/// `Q6_K`: each half of a block has a scale of its own.
struct NestedSixes;

impl Kernel for NestedSixes {
    #[inline(always)]
    unsafe fn rows<L: Lanes, const M: usize>(tile: *const u8, x: &Activations, first: usize) -> [L::Floats; M] {
        const BYTES: usize = 32 + 64 * Sixes::FORMAT_BITS;
        // SAFETY: as in `Flat`; the columns are whole nests.
        unsafe {
            let mut sums = [L::splat(0.0); M];
            let mut at = tile;
            for nest in 0..x.blocks / NEST {
                let scale = L::load_half(at.cast());
                at = at.add(32);
                for block in nest * NEST..(nest + 1) * NEST {
                    if M <= 8 {
                        prefetch(at.wrapping_add(AHEAD * BYTES), BYTES);
                    }
                    for half in 0..2 {
                        let mut ints = [L::splat_int(0); M];
                        for (row, ints) in ints.iter_mut().enumerate() {
                            let index = 2 * ((first + row) * x.blocks + block) + half;
                            *ints = L::splat_int(*x.halves_less_32.get_unchecked(index));
                        }
                        macro_rules! dot {
                            ($G:ident) => {
                                let codes = Sixes::group::<L, $G>(at.add(32));
                                for (row, ints) in ints.iter_mut().enumerate() {
                                    *ints = L::dot_codes(*ints, codes, x.codes_at(first + row, block, 4 * $G));
                                }
                            };
                        }
                        if half == 0 {
                            groups!(G in [0 1 2 3] { dot!(G); });
                        } else {
                            groups!(G in [4 5 6 7] { dot!(G); });
                        }
                        let scale = L::mul(scale, L::load_signed(at.add(16 * half).cast()));
                        for (row, sum) in sums.iter_mut().enumerate() {
                            let scale =
                                L::mul(scale, L::splat(*x.scales.get_unchecked((first + row) * x.blocks + block)));
                            *sum = L::fma(L::to_floats(ints[row]), scale, *sum);
                        }
                    }
                    at = at.add(BYTES);
                }
            }
            sums
        }
    }
}

/// Weights that are floats, with activations that are floats.
struct Float<W>(W);
pub(super) struct Half;
struct Brain;
struct Single;

/// Sixteen floats of a tile.
pub(super) trait Weights {
    const BYTES: usize;
    unsafe fn load<L: Lanes>(at: *const u8) -> L::Floats;
}

impl Weights for Half {
    const BYTES: usize = 32;
    #[inline(always)]
    unsafe fn load<L: Lanes>(at: *const u8) -> L::Floats {
        // SAFETY: handed on.
        unsafe { L::load_half(at.cast()) }
    }
}

impl Weights for Brain {
    const BYTES: usize = 32;
    #[inline(always)]
    unsafe fn load<L: Lanes>(at: *const u8) -> L::Floats {
        // SAFETY: handed on.
        unsafe { L::load_brain(at.cast()) }
    }
}

impl Weights for Single {
    const BYTES: usize = 64;
    #[inline(always)]
    unsafe fn load<L: Lanes>(at: *const u8) -> L::Floats {
        // SAFETY: handed on.
        unsafe { L::load(at.cast()) }
    }
}

impl<W: Weights> Kernel for Float<W> {
    #[inline(always)]
    unsafe fn rows<L: Lanes, const M: usize>(tile: *const u8, x: &Activations, first: usize) -> [L::Floats; M] {
        // SAFETY: a tile has 16 floats for each column, and a row of activations `width`.
        unsafe {
            let x_at = x.floats.as_ptr().add(first * x.width);
            float_tile::<L, W, M>(tile, x.width, x_at, x.width, [L::splat(0.0); M])
        }
    }
}

/// Adds to the sums of `M` rows, which lie `stride` apart, their products with a tile of `columns` columns.
///
/// # Safety
/// The instruction set is there, and memory as far as the numbers say.
#[inline(always)]
pub(super) unsafe fn float_tile<L: Lanes, W: Weights, const M: usize>(
    tile: *const u8,
    columns: usize,
    x: *const f32,
    stride: usize,
    mut sums: [L::Floats; M],
) -> [L::Floats; M] {
    // SAFETY: the caller's.
    unsafe {
        for column in 0..columns {
            let weight = W::load::<L>(tile.add(column * W::BYTES));
            for (row, sum) in sums.iter_mut().enumerate() {
                *sum = L::fma(weight, L::splat(*x.add(row * stride + column)), *sum);
            }
        }
        sums
    }
}

/// Asks for a block that is read soon; an address beyond the tile does no harm.
#[inline(always)]
fn prefetch(at: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in 0..bytes.div_ceil(64) {
        // SAFETY: a prefetch never faults.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at.wrapping_add(64 * line).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (at, bytes);
}

const _: () = assert!(BLOCK == 32 && TILE == 16);
