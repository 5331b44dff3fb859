//! Sixteen lanes of numbers, by the instruction sets that have them: every kernel is written once over [`Lanes`].
//!
//! A lane is a row of a weight tile, a token of a key tile, or a column of a value tile. Each set computes the same
//! operations in the same order, so that a model says the same on every processor with a fused multiply-add.

/// Whole numbers: products of codes with rounded activations, for some of the sixteen lanes.
///
/// # Safety
/// As of [`Lanes`].
pub(super) trait Part: Copy {
    /// Numbers of 32 bits, or four codes each.
    type Ints: Copy;
    /// Sums of products within a block, which may be kept in 16 bits for a while.
    type Dots: Copy;
    /// Whether [`Part::dot_bytes`] takes its weights less 128.
    const SIGNED_BYTES: bool;

    /// Reads four bytes for each lane.
    unsafe fn codes(at: *const u8) -> Self::Ints;
    /// The same number in every lane.
    unsafe fn splat(x: i32) -> Self::Ints;
    unsafe fn and(a: Self::Ints, b: Self::Ints) -> Self::Ints;
    unsafe fn or(a: Self::Ints, b: Self::Ints) -> Self::Ints;
    /// Shifts pairs of bytes to the left (N > 0) or to the right (N < 0).
    unsafe fn shift<const N: i32>(a: Self::Ints) -> Self::Ints;
    /// Sums that begin with `first`, which [`Part::ints`] is told as well: one of the two adds it.
    unsafe fn dots(first: i32) -> Self::Dots;
    /// Adds to each lane the product of its four codes, each at most 63, with the same four signed bytes at `x`, -127 to 127.
    unsafe fn dot_codes(sum: Self::Dots, codes: Self::Ints, x: *const i8) -> Self::Dots;
    /// The same for codes up to 255; see [`Part::SIGNED_BYTES`].
    unsafe fn dot_bytes(sum: Self::Dots, codes: Self::Ints, x: *const i8) -> Self::Dots;
    /// Makes room in sums of [`Part::dot_codes`]: 16 bits hold 8 groups of codes up to 15, 4 of up to 31, 2 of up to 63.
    unsafe fn carry(sum: Self::Dots) -> Self::Dots;
    /// What was summed, after a last [`Part::carry`].
    unsafe fn ints(sum: Self::Dots, first: i32) -> Self::Ints;
}

/// Sixteen lanes.
///
/// # Safety
/// Every operation needs the instruction set of its implementation, and pointers that may be read or written as far as
/// it says.
pub(super) trait Lanes: Copy + 'static {
    /// What codes are multiplied in: all lanes, or one half after the other where registers are small.
    type Part: Part;
    /// How many of them are sixteen lanes, one or two.
    const PARTS: usize;
    /// 16 numbers of 32 bits, whole ones.
    type Ints: Copy;
    /// 16 numbers of 32 bits, real ones.
    type Floats: Copy;
    /// Rows of activations that fit the registers beside their weights, as codes and as floats.
    const ROWS: usize;
    const FLOAT_ROWS: usize;

    /// Sixteen lanes of their parts, of which there may be one only.
    unsafe fn join(parts: [<Self::Part as Part>::Ints; 2]) -> Self::Ints;
    unsafe fn to_floats(a: Self::Ints) -> Self::Floats;
    /// Rounds to nearest, ties to even.
    unsafe fn to_ints(a: Self::Floats) -> Self::Ints;
    /// Writes the low byte of each lane: 16 bytes.
    unsafe fn store_bytes(a: Self::Ints, at: *mut i8);
    unsafe fn sum_ints(a: Self::Ints) -> i32;
    unsafe fn splat(x: f32) -> Self::Floats;
    unsafe fn load(at: *const f32) -> Self::Floats;
    unsafe fn store(a: Self::Floats, at: *mut f32);
    /// 16 numbers of half precision.
    unsafe fn load_half(at: *const u16) -> Self::Floats;
    unsafe fn store_half(a: Self::Floats, at: *mut u16);
    /// 16 numbers of bfloat16.
    unsafe fn load_brain(at: *const u16) -> Self::Floats;
    /// 16 unsigned bytes.
    unsafe fn load_bytes(at: *const u8) -> Self::Floats;
    /// 16 signed bytes.
    unsafe fn load_signed(at: *const i8) -> Self::Floats;
    unsafe fn add(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn mul(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn div(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn max(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn abs(a: Self::Floats) -> Self::Floats;
    /// `a * b + c`
    unsafe fn fma(a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    /// `c - a * b`
    unsafe fn fnma(a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    /// Halves are folded onto each other: 16, 8, 4, 2, 1.
    unsafe fn sum(a: Self::Floats) -> f32;
    unsafe fn largest(a: Self::Floats) -> f32;
    /// `2^n` of whole numbers -126 to 127.
    unsafe fn power_of_two(n: Self::Floats) -> Self::Floats;
}

/// `e^x`, exact to 2e-7 of the result, for x of at most 88; what lies below -87 counts as -87. Cephes' polynomial.
#[inline(always)]
pub(super) unsafe fn exp<L: Lanes>(x: L::Floats) -> L::Floats {
    // SAFETY: the caller has the instruction set.
    unsafe {
        let x = L::max(x, L::splat(-87.0));
        let n = L::to_floats(L::to_ints(L::mul(x, L::splat(std::f32::consts::LOG2_E))));
        let rest = L::fnma(n, L::splat(0.693_359_4), x);
        let rest = L::fnma(n, L::splat(-2.121_944_4e-4), rest);
        let mut sum = L::splat(1.987_569_1e-4);
        for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5, 1.0, 1.0] {
            sum = L::fma(sum, rest, L::splat(factor));
        }
        L::mul(sum, L::power_of_two(n))
    }
}

/// Writes the first `count` lanes.
///
/// # Safety
/// The instruction set is there, and `at` has room for them.
#[inline(always)]
pub(super) unsafe fn store_first<L: Lanes>(x: L::Floats, at: *mut f32, count: usize) {
    // SAFETY: the caller's.
    unsafe {
        if count >= 16 {
            return L::store(x, at);
        }
        let mut whole = [0f32; 16];
        L::store(x, whole.as_mut_ptr());
        std::ptr::copy_nonoverlapping(whole.as_ptr(), at, count);
    }
}

/// Takes rows as many at a time as the registers hold: runs the body with the first one's number, and how many as a constant.
macro_rules! by_rows {
    ($most:expr, $rows:expr, $first:ident, $count:ident => $body:block) => {{
        let mut $first = 0;
        by_rows!(@ $most, $rows, $first, $count, $body, 12 8 6 4 2 1);
    }};
    (@ $most:expr, $rows:expr, $first:ident, $count:ident, $body:block, $($number:literal)*) => {
        $(while $most >= $number && $rows - $first >= $number {
            const $count: usize = $number;
            $body
            $first += $number;
        })*
    };
}
pub(super) use by_rows;

/// Plain Rust, for processors without a set of their own here, and to test the others against.
#[derive(Clone, Copy)]
pub(super) struct Portable;

impl Portable {
    #[inline(always)]
    fn each(f: impl FnMut(usize) -> f32) -> [f32; 16] {
        std::array::from_fn(f)
    }
}

#[rustfmt::skip]
impl Part for Portable {
    type Ints = [i32; 16];
    type Dots = [i32; 16];
    const SIGNED_BYTES: bool = false;

    #[inline(always)]
    unsafe fn codes(at: *const u8) -> [i32; 16] {
        // SAFETY: the caller lends 64 bytes.
        unsafe { std::array::from_fn(|lane| at.cast::<i32>().add(lane).read_unaligned()) }
    }
    #[inline(always)]
    unsafe fn splat(x: i32) -> [i32; 16] { [x; 16] }
    #[inline(always)]
    unsafe fn and(a: [i32; 16], b: [i32; 16]) -> [i32; 16] { std::array::from_fn(|lane| a[lane] & b[lane]) }
    #[inline(always)]
    unsafe fn or(a: [i32; 16], b: [i32; 16]) -> [i32; 16] { std::array::from_fn(|lane| a[lane] | b[lane]) }
    #[inline(always)]
    unsafe fn shift<const N: i32>(a: [i32; 16]) -> [i32; 16] {
        let pair = |pair: u32| if N > 0 { (pair << N) & 0xffff } else { (pair & 0xffff) >> -N };
        std::array::from_fn(|lane| (pair(a[lane] as u32) | pair(a[lane] as u32 >> 16) << 16) as i32)
    }
    #[inline(always)]
    unsafe fn dots(first: i32) -> [i32; 16] { [first; 16] }
    #[inline(always)]
    unsafe fn dot_codes(sum: [i32; 16], codes: [i32; 16], x: *const i8) -> [i32; 16] {
        // SAFETY: the caller lends four bytes.
        let x: [i32; 4] = unsafe { std::array::from_fn(|index| i32::from(*x.add(index))) };
        let code = |lane: usize, index: usize| i32::from(codes[lane].to_ne_bytes()[index]);
        // Written out: an iterator is not always inlined, and then costs ten times as much.
        let dot = |lane| code(lane, 0) * x[0] + code(lane, 1) * x[1] + code(lane, 2) * x[2] + code(lane, 3) * x[3];
        std::array::from_fn(|lane| sum[lane] + dot(lane))
    }
    #[inline(always)]
    unsafe fn dot_bytes(sum: [i32; 16], codes: [i32; 16], x: *const i8) -> [i32; 16] {
        // SAFETY: as there.
        unsafe { Self::dot_codes(sum, codes, x) }
    }
    #[inline(always)]
    unsafe fn carry(sum: [i32; 16]) -> [i32; 16] { sum }
    #[inline(always)]
    unsafe fn ints(sum: [i32; 16], _: i32) -> [i32; 16] { sum }
}

#[rustfmt::skip]
impl Lanes for Portable {
    type Part = Portable;
    const PARTS: usize = 1;
    type Ints = [i32; 16];
    type Floats = [f32; 16];
    // More would take the compiler minutes: it sees every lane apart.
    const ROWS: usize = 2;
    const FLOAT_ROWS: usize = 2;

    #[inline(always)]
    unsafe fn join(parts: [[i32; 16]; 2]) -> [i32; 16] { parts[0] }
    #[inline(always)]
    unsafe fn to_floats(a: [i32; 16]) -> [f32; 16] { a.map(|x| x as f32) }
    #[inline(always)]
    unsafe fn to_ints(a: [f32; 16]) -> [i32; 16] { a.map(|x| x.round_ties_even() as i32) }
    #[inline(always)]
    unsafe fn store_bytes(a: [i32; 16], at: *mut i8) {
        // SAFETY: the caller lends 16 bytes.
        unsafe { at.cast::<[i8; 16]>().write(a.map(|x| x as i8)) }
    }
    #[inline(always)]
    unsafe fn sum_ints(a: [i32; 16]) -> i32 { a.iter().sum() }
    #[inline(always)]
    unsafe fn splat(x: f32) -> [f32; 16] { [x; 16] }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> [f32; 16] {
        // SAFETY: the caller lends 16 numbers.
        unsafe { at.cast::<[f32; 16]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(a: [f32; 16], at: *mut f32) {
        // SAFETY: as above.
        unsafe { at.cast::<[f32; 16]>().write_unaligned(a) }
    }
    #[inline(always)]
    unsafe fn load_half(at: *const u16) -> [f32; 16] {
        // SAFETY: as above.
        Self::each(|lane| half::f16::from_bits(unsafe { at.add(lane).read_unaligned() }).to_f32())
    }
    #[inline(always)]
    unsafe fn store_half(a: [f32; 16], at: *mut u16) {
        // SAFETY: as above.
        unsafe { at.cast::<[u16; 16]>().write_unaligned(a.map(|x| half::f16::from_f32(x).to_bits())) }
    }
    #[inline(always)]
    unsafe fn load_brain(at: *const u16) -> [f32; 16] {
        // SAFETY: as above.
        Self::each(|lane| f32::from_bits(u32::from(unsafe { at.add(lane).read_unaligned() }) << 16))
    }
    #[inline(always)]
    unsafe fn load_bytes(at: *const u8) -> [f32; 16] {
        // SAFETY: the caller lends 16 bytes.
        Self::each(|lane| f32::from(unsafe { *at.add(lane) }))
    }
    #[inline(always)]
    unsafe fn load_signed(at: *const i8) -> [f32; 16] {
        // SAFETY: the caller lends 16 bytes.
        Self::each(|lane| f32::from(unsafe { *at.add(lane) }))
    }
    #[inline(always)]
    unsafe fn add(a: [f32; 16], b: [f32; 16]) -> [f32; 16] { Self::each(|lane| a[lane] + b[lane]) }
    #[inline(always)]
    unsafe fn mul(a: [f32; 16], b: [f32; 16]) -> [f32; 16] { Self::each(|lane| a[lane] * b[lane]) }
    #[inline(always)]
    unsafe fn div(a: [f32; 16], b: [f32; 16]) -> [f32; 16] { Self::each(|lane| a[lane] / b[lane]) }
    #[inline(always)]
    unsafe fn max(a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        Self::each(|lane| if a[lane] > b[lane] { a[lane] } else { b[lane] })
    }
    #[inline(always)]
    unsafe fn abs(a: [f32; 16]) -> [f32; 16] { a.map(f32::abs) }
    // Fused in software it would take a hundred times as long.
    #[inline(always)]
    unsafe fn fma(a: [f32; 16], b: [f32; 16], c: [f32; 16]) -> [f32; 16] { Self::each(|lane| a[lane] * b[lane] + c[lane]) }
    #[inline(always)]
    unsafe fn fnma(a: [f32; 16], b: [f32; 16], c: [f32; 16]) -> [f32; 16] { Self::each(|lane| c[lane] - a[lane] * b[lane]) }
    #[inline(always)]
    unsafe fn sum(mut a: [f32; 16]) -> f32 {
        for half in [8, 4, 2, 1] {
            for lane in 0..half {
                a[lane] += a[lane + half];
            }
        }
        a[0]
    }
    #[inline(always)]
    unsafe fn largest(a: [f32; 16]) -> f32 { a.into_iter().fold(f32::NEG_INFINITY, f32::max) }
    #[inline(always)]
    unsafe fn power_of_two(n: [f32; 16]) -> [f32; 16] { n.map(|n| f32::from_bits((n as i32 + 127) as u32 * (1 << 23))) }
}
