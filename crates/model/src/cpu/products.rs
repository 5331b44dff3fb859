//! Products of a tile of weights with rows of activations, written once for all instruction sets.
//!
//! Integers are summed over a block of 32 columns, exactly; floats over the blocks, in the order of the columns.

use super::activations::Activations;
use super::lanes::{Lanes, Part, by_rows, store_first};
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
    #[inline(always)]
    fn most_rows<L: Lanes>() -> usize {
        L::ROWS
    }
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
    by_rows!(K::most_rows::<L>(), x.rows, first, M => {
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
    /// Four columns of as many rows as the part has lanes.
    unsafe fn group<P: Part, const G: usize>(codes: *const u8) -> P::Ints;
    #[inline(always)]
    unsafe fn dot<P: Part>(sum: P::Dots, codes: P::Ints, x: *const i8) -> P::Dots {
        // SAFETY: handed on.
        unsafe { P::dot_codes(sum, codes, x) }
    }
    /// Carries the sums over where group `G` fills 16 bits.
    #[inline(always)]
    unsafe fn carry<P: Part, const G: usize, const M: usize>(sums: &mut [P::Dots; M]) {
        let groups = match Self::FORMAT_BITS {
            4 => 8,
            5 => 4,
            6 => 2,
            _ => return,
        };
        if G % groups == groups - 1 {
            // SAFETY: handed on.
            sums.iter_mut().for_each(|sum| *sum = unsafe { P::carry(*sum) });
        }
    }
}

struct Bytes;
struct Nibbles;
struct Fives;
struct Sixes;

impl Codes for Bytes {
    const FORMAT_BITS: usize = 8;
    #[inline(always)]
    unsafe fn group<P: Part, const G: usize>(codes: *const u8) -> P::Ints {
        // SAFETY: a block has eight groups of 64 bytes.
        unsafe { P::codes(codes.add(64 * G)) }
    }
    #[inline(always)]
    unsafe fn dot<P: Part>(sum: P::Dots, codes: P::Ints, x: *const i8) -> P::Dots {
        // SAFETY: handed on.
        unsafe { P::dot_bytes(sum, codes, x) }
    }
}

impl Codes for Nibbles {
    const FORMAT_BITS: usize = 4;
    #[inline(always)]
    unsafe fn group<P: Part, const G: usize>(codes: *const u8) -> P::Ints {
        // SAFETY: a plane of 4 bits has four parts of 64 bytes.
        unsafe {
            let pair = P::codes(codes.add(64 * (G / 2)));
            P::and(if G % 2 == 1 { P::shift::<-4>(pair) } else { pair }, P::splat(0x0f0f_0f0f))
        }
    }
}

impl Codes for Fives {
    const FORMAT_BITS: usize = 5;
    #[inline(always)]
    unsafe fn group<P: Part, const G: usize>(codes: *const u8) -> P::Ints {
        // SAFETY: behind the plane of 4 bits stands one of 64 bytes.
        unsafe {
            let bits = P::codes(codes.add(256));
            let high = match G {
                0 => P::shift::<4>(bits),
                1 => P::shift::<3>(bits),
                2 => P::shift::<2>(bits),
                3 => P::shift::<1>(bits),
                4 => bits,
                5 => P::shift::<-1>(bits),
                6 => P::shift::<-2>(bits),
                _ => P::shift::<-3>(bits),
            };
            P::or(Nibbles::group::<P, G>(codes), P::and(high, P::splat(0x1010_1010)))
        }
    }
}

impl Codes for Sixes {
    const FORMAT_BITS: usize = 6;
    #[inline(always)]
    unsafe fn group<P: Part, const G: usize>(codes: *const u8) -> P::Ints {
        // SAFETY: behind the plane of 4 bits stands one of twice 64 bytes.
        unsafe {
            let bits = P::codes(codes.add(256 + 64 * (G / 4)));
            let high = match G % 4 {
                0 => P::shift::<4>(bits),
                1 => P::shift::<2>(bits),
                2 => bits,
                _ => P::shift::<-2>(bits),
            };
            P::or(Nibbles::group::<P, G>(codes), P::and(high, P::splat(0x3030_3030)))
        }
    }
}

/// Runs the body for each of the groups that the range names, with its number as a constant.
macro_rules! groups {
    ($group:ident in [$($number:literal)*] $body:block) => { $({ const $group: usize = $number; $body })* };
}

/// Sums of the products of a block's groups `FROM..TO` with `M` rows, which begin with what `start` says of a row.
#[allow(clippy::needless_range_loop, reason = "it counts halves of the lanes, and of each row the same one is meant")]
#[inline(always)]
unsafe fn dots<L: Lanes, C: Codes, const M: usize, const FROM: usize, const TO: usize>(
    codes: *const u8,
    x: &Activations,
    first: usize,
    block: usize,
    start: impl Fn(usize) -> i32,
) -> [L::Ints; M] {
    // SAFETY: a block has eight groups of 64 bytes at most, and a row 32 codes.
    unsafe {
        let mut parts = [[L::Part::splat(0); 2]; M];
        for part in 0..L::PARTS {
            let codes = codes.add(64 / L::PARTS * part);
            let x_at = forgotten(x.codes_at(first, block, 0));
            let mut dots: [_; M] = std::array::from_fn(|row| L::Part::dots(start(row)));
            groups!(G in [0 1 2 3 4 5 6 7] {
                if (FROM..TO).contains(&G) {
                    let codes = C::group::<L::Part, G>(codes);
                    for (row, dots) in dots.iter_mut().enumerate() {
                        *dots = C::dot::<L::Part>(*dots, codes, x_at.add(row * x.blocks * BLOCK + 4 * G));
                    }
                    C::carry::<L::Part, G, M>(&mut dots);
                }
            });
            for (row, dots) in dots.into_iter().enumerate() {
                parts[row][part] = L::Part::ints(dots, start(row));
            }
        }
        parts.map(|parts| L::join(parts))
    }
}

/// The same address. The compiler does not know that, and so reads anew what it would else keep for the second half of the lanes, for
/// which there are no registers.
#[allow(clippy::pointers_in_nomem_asm_block, reason = "nothing is read through the pointer there")]
#[inline(always)]
fn forgotten<T>(at: *const T) -> *const T {
    #[cfg(target_arch = "x86_64")]
    {
        let mut at = at;
        // SAFETY: no instruction at all.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) at, options(nomem, nostack, preserves_flags)) };
        at
    }
    #[cfg(not(target_arch = "x86_64"))]
    at
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
                let ints: [_; M] = dots::<L, C, M, 0, 8>(at.add(head), x, first, block, |row| {
                    start::<L::Part, C>(x, (first + row) * x.blocks + block, MINIMUM)
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
unsafe fn start<P: Part, C: Codes>(x: &Activations, index: usize, no_offset: bool) -> i32 {
    // SAFETY: the caller's index is a block's.
    unsafe {
        let corrections = match C::FORMAT_BITS {
            _ if no_offset => return 0,
            8 if P::SIGNED_BYTES => return 0,
            8 => &x.less_128,
            5 => &x.less_16,
            _ => &x.less_8,
        };
        *corrections.get_unchecked(index)
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
                    let ints: [_; M] = dots::<L, C, M, 0, 8>(at.add(32), x, first, block, |_| 0);
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
                        let start =
                            |row| *x.halves_less_32.get_unchecked(2 * ((first + row) * x.blocks + block) + half);
                        let ints: [_; M] = if half == 0 {
                            dots::<L, Sixes, M, 0, 4>(at.add(32), x, first, block, start)
                        } else {
                            dots::<L, Sixes, M, 4, 8>(at.add(32), x, first, block, start)
                        };
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
    fn most_rows<L: Lanes>() -> usize {
        L::FLOAT_ROWS
    }
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
