//! [`Lanes`] of x86: one register of AVX-512, or two of AVX2 with or without its VNNI extension, which are multiplied one after the other.

use std::arch::x86_64::*;

use super::lanes::{Lanes, Part};

/// AVX-512 with VNNI.
#[derive(Clone, Copy)]
pub(super) struct Avx512;

/// AVX2 with FMA and F16C, and with AVX-VNNI where `VNNI` says so.
#[derive(Clone, Copy)]
pub(super) struct Avx2<const VNNI: bool>;

/// Sums of AVX2: pairs of products in 16 bits until they are carried over.
#[derive(Clone, Copy)]
pub(super) struct Dots {
    shorts: __m256i,
    ints: __m256i,
}

// SAFETY of both: the caller of each operation has the instruction set, and lends the memory that it names.
#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Part for Avx512 {
    type Ints = __m512i;
    type Dots = __m512i;
    const SIGNED_BYTES: bool = false;

    #[inline(always)]
    unsafe fn codes(at: *const u8) -> __m512i { unsafe { _mm512_loadu_si512(at.cast()) } }
    #[inline(always)]
    unsafe fn splat(x: i32) -> __m512i { unsafe { _mm512_set1_epi32(x) } }
    #[inline(always)]
    unsafe fn and(a: __m512i, b: __m512i) -> __m512i { unsafe { _mm512_and_si512(a, b) } }
    #[inline(always)]
    unsafe fn or(a: __m512i, b: __m512i) -> __m512i { unsafe { _mm512_or_si512(a, b) } }
    #[inline(always)]
    unsafe fn shift<const N: i32>(a: __m512i) -> __m512i {
        unsafe {
            match N {
                1 => _mm512_slli_epi16::<1>(a), 2 => _mm512_slli_epi16::<2>(a), 3 => _mm512_slli_epi16::<3>(a),
                4 => _mm512_slli_epi16::<4>(a), -1 => _mm512_srli_epi16::<1>(a), -2 => _mm512_srli_epi16::<2>(a),
                -3 => _mm512_srli_epi16::<3>(a), -4 => _mm512_srli_epi16::<4>(a), _ => a,
            }
        }
    }
    #[inline(always)]
    unsafe fn dots(first: i32) -> __m512i { unsafe { _mm512_set1_epi32(first) } }
    #[inline(always)]
    unsafe fn dot_codes(sum: __m512i, codes: __m512i, x: *const i8) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sum, codes, _mm512_set1_epi32(x.cast::<i32>().read_unaligned())) }
    }
    #[inline(always)]
    unsafe fn dot_bytes(sum: __m512i, codes: __m512i, x: *const i8) -> __m512i { unsafe { Self::dot_codes(sum, codes, x) } }
    #[inline(always)]
    unsafe fn carry(sum: __m512i) -> __m512i { sum }
    #[inline(always)]
    unsafe fn ints(sum: __m512i, _: i32) -> __m512i { sum }
}

#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Lanes for Avx512 {
    type Part = Avx512;
    const PARTS: usize = 1;
    type Ints = __m512i;
    type Floats = __m512;
    const ROWS: usize = 12;
    const FLOAT_ROWS: usize = 12;

    #[inline(always)]
    unsafe fn join(parts: [__m512i; 2]) -> __m512i { parts[0] }
    #[inline(always)]
    unsafe fn to_floats(a: __m512i) -> __m512 { unsafe { _mm512_cvtepi32_ps(a) } }
    #[inline(always)]
    unsafe fn to_ints(a: __m512) -> __m512i { unsafe { _mm512_cvtps_epi32(a) } }
    #[inline(always)]
    unsafe fn store_bytes(a: __m512i, at: *mut i8) { unsafe { _mm_storeu_si128(at.cast(), _mm512_cvtepi32_epi8(a)) } }
    #[inline(always)]
    unsafe fn sum_ints(a: __m512i) -> i32 { unsafe { _mm512_reduce_add_epi32(a) } }
    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 { unsafe { _mm512_set1_ps(x) } }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> __m512 { unsafe { _mm512_loadu_ps(at) } }
    #[inline(always)]
    unsafe fn store(a: __m512, at: *mut f32) { unsafe { _mm512_storeu_ps(at, a) } }
    #[inline(always)]
    unsafe fn load_half(at: *const u16) -> __m512 { unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(at.cast())) } }
    #[inline(always)]
    unsafe fn store_half(a: __m512, at: *mut u16) {
        unsafe { _mm256_storeu_si256(at.cast(), _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(a)) }
    }
    #[inline(always)]
    unsafe fn load_brain(at: *const u16) -> __m512 {
        unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(_mm256_loadu_si256(at.cast())))) }
    }
    #[inline(always)]
    unsafe fn load_bytes(at: *const u8) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(at.cast()))) }
    }
    #[inline(always)]
    unsafe fn load_signed(at: *const i8) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(at.cast()))) }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_add_ps(a, b) } }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_mul_ps(a, b) } }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_div_ps(a, b) } }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_max_ps(a, b) } }
    #[inline(always)]
    unsafe fn abs(a: __m512) -> __m512 { unsafe { _mm512_abs_ps(a) } }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 { unsafe { _mm512_fmadd_ps(a, b, c) } }
    #[inline(always)]
    unsafe fn fnma(a: __m512, b: __m512, c: __m512) -> __m512 { unsafe { _mm512_fnmadd_ps(a, b, c) } }
    #[inline(always)]
    unsafe fn sum(a: __m512) -> f32 { unsafe { sum(_mm256_add_ps(low(a), high(a))) } }
    #[inline(always)]
    unsafe fn largest(a: __m512) -> f32 { unsafe { largest(_mm256_max_ps(low(a), high(a))) } }
    #[inline(always)]
    unsafe fn power_of_two(n: __m512) -> __m512 {
        unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)))) }
    }
}

#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks)]
impl<const VNNI: bool> Part for Avx2<VNNI> {
    type Ints = __m256i;
    type Dots = Dots;
    const SIGNED_BYTES: bool = !VNNI;

    #[inline(always)]
    unsafe fn codes(at: *const u8) -> __m256i { unsafe { _mm256_loadu_si256(at.cast()) } }
    #[inline(always)]
    unsafe fn splat(x: i32) -> __m256i { unsafe { _mm256_set1_epi32(x) } }
    #[inline(always)]
    unsafe fn and(a: __m256i, b: __m256i) -> __m256i { unsafe { _mm256_and_si256(a, b) } }
    #[inline(always)]
    unsafe fn or(a: __m256i, b: __m256i) -> __m256i { unsafe { _mm256_or_si256(a, b) } }
    #[inline(always)]
    unsafe fn shift<const N: i32>(a: __m256i) -> __m256i {
        unsafe {
            match N {
                1 => _mm256_slli_epi16::<1>(a), 2 => _mm256_slli_epi16::<2>(a), 3 => _mm256_slli_epi16::<3>(a),
                4 => _mm256_slli_epi16::<4>(a), -1 => _mm256_srli_epi16::<1>(a), -2 => _mm256_srli_epi16::<2>(a),
                -3 => _mm256_srli_epi16::<3>(a), -4 => _mm256_srli_epi16::<4>(a), _ => a,
            }
        }
    }
    #[inline(always)]
    unsafe fn dots(first: i32) -> Dots {
        unsafe { Dots { shorts: _mm256_setzero_si256(), ints: _mm256_set1_epi32(if VNNI { first } else { 0 }) } }
    }
    #[inline(always)]
    unsafe fn dot_codes(Dots { shorts, ints }: Dots, codes: __m256i, x: *const i8) -> Dots {
        unsafe {
            let x = _mm256_set1_epi32(x.cast::<i32>().read_unaligned());
            if VNNI { return Dots { shorts, ints: _mm256_dpbusd_avx_epi32(ints, codes, x) } }
            Dots { shorts: _mm256_add_epi16(shorts, _mm256_maddubs_epi16(codes, x)), ints }
        }
    }
    #[inline(always)]
    unsafe fn dot_bytes(sum: Dots, codes: __m256i, x: *const i8) -> Dots {
        unsafe {
            if VNNI { return Self::dot_codes(sum, codes, x) }
            let x = _mm256_set1_epi32(x.cast::<i32>().read_unaligned());
            // The sign of the weight goes over to the activation: two products of at most 128 * 127 fit 16 bits.
            let weight = _mm256_xor_si256(codes, _mm256_set1_epi8(-128));
            let shorts = _mm256_maddubs_epi16(_mm256_abs_epi8(weight), _mm256_sign_epi8(x, weight));
            Self::carry(Dots { shorts, ..sum })
        }
    }
    #[inline(always)]
    unsafe fn carry(Dots { shorts, ints }: Dots) -> Dots {
        unsafe {
            if VNNI { return Dots { shorts, ints } }
            let ints = _mm256_add_epi32(ints, _mm256_madd_epi16(shorts, _mm256_set1_epi16(1)));
            Dots { shorts: _mm256_setzero_si256(), ints }
        }
    }
    #[inline(always)]
    unsafe fn ints(sum: Dots, first: i32) -> __m256i {
        unsafe { if VNNI { sum.ints } else { _mm256_add_epi32(sum.ints, _mm256_set1_epi32(first)) } }
    }
}

#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks)]
impl<const VNNI: bool> Lanes for Avx2<VNNI> {
    type Part = Avx2<VNNI>;
    const PARTS: usize = 2;
    type Ints = [__m256i; 2];
    type Floats = [__m256; 2];
    const ROWS: usize = 8;
    const FLOAT_ROWS: usize = 6;

    #[inline(always)]
    unsafe fn join(parts: [__m256i; 2]) -> [__m256i; 2] { parts }
    #[inline(always)]
    unsafe fn to_floats(a: [__m256i; 2]) -> [__m256; 2] { unsafe { [_mm256_cvtepi32_ps(a[0]), _mm256_cvtepi32_ps(a[1])] } }
    #[inline(always)]
    unsafe fn to_ints(a: [__m256; 2]) -> [__m256i; 2] { unsafe { [_mm256_cvtps_epi32(a[0]), _mm256_cvtps_epi32(a[1])] } }
    #[inline(always)]
    unsafe fn store_bytes(a: [__m256i; 2], at: *mut i8) {
        unsafe {
            // Packing works within halves of 128 bits: put them in order again.
            let pairs = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(a[0], a[1]));
            _mm_storeu_si128(at.cast(), _mm_packs_epi16(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256::<1>(pairs)));
        }
    }
    #[inline(always)]
    unsafe fn sum_ints(a: [__m256i; 2]) -> i32 {
        unsafe {
            let lanes: [i32; 8] = std::mem::transmute(_mm256_add_epi32(a[0], a[1]));
            lanes.iter().sum()
        }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> [__m256; 2] { unsafe { [_mm256_set1_ps(x); 2] } }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> [__m256; 2] { unsafe { [_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))] } }
    #[inline(always)]
    unsafe fn store(a: [__m256; 2], at: *mut f32) { unsafe { _mm256_storeu_ps(at, a[0]); _mm256_storeu_ps(at.add(8), a[1]) } }
    #[inline(always)]
    unsafe fn load_half(at: *const u16) -> [__m256; 2] {
        unsafe { [_mm256_cvtph_ps(_mm_loadu_si128(at.cast())), _mm256_cvtph_ps(_mm_loadu_si128(at.add(8).cast()))] }
    }
    #[inline(always)]
    unsafe fn store_half(a: [__m256; 2], at: *mut u16) {
        unsafe {
            _mm_storeu_si128(at.cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(a[0]));
            _mm_storeu_si128(at.add(8).cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(a[1]));
        }
    }
    #[inline(always)]
    unsafe fn load_brain(at: *const u16) -> [__m256; 2] {
        unsafe {
            let half = |at: *const u16| _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(_mm_loadu_si128(at.cast()))));
            [half(at), half(at.add(8))]
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(at: *const u8) -> [__m256; 2] {
        unsafe {
            let bytes = _mm_loadu_si128(at.cast());
            [_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)), _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128::<8>(bytes)))]
        }
    }
    #[inline(always)]
    unsafe fn load_signed(at: *const i8) -> [__m256; 2] {
        unsafe {
            let bytes = _mm_loadu_si128(at.cast());
            [_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128::<8>(bytes)))]
        }
    }
    #[inline(always)]
    unsafe fn add(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] { unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] } }
    #[inline(always)]
    unsafe fn mul(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] { unsafe { [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])] } }
    #[inline(always)]
    unsafe fn div(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] { unsafe { [_mm256_div_ps(a[0], b[0]), _mm256_div_ps(a[1], b[1])] } }
    #[inline(always)]
    unsafe fn max(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] { unsafe { [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])] } }
    #[inline(always)]
    unsafe fn abs(a: [__m256; 2]) -> [__m256; 2] {
        unsafe {
            let sign = _mm256_set1_ps(-0.0);
            [_mm256_andnot_ps(sign, a[0]), _mm256_andnot_ps(sign, a[1])]
        }
    }
    #[inline(always)]
    unsafe fn fma(a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
    }
    #[inline(always)]
    unsafe fn fnma(a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_fnmadd_ps(a[0], b[0], c[0]), _mm256_fnmadd_ps(a[1], b[1], c[1])] }
    }
    #[inline(always)]
    unsafe fn sum(a: [__m256; 2]) -> f32 { unsafe { sum(_mm256_add_ps(a[0], a[1])) } }
    #[inline(always)]
    unsafe fn largest(a: [__m256; 2]) -> f32 { unsafe { largest(_mm256_max_ps(a[0], a[1])) } }
    #[inline(always)]
    unsafe fn power_of_two(n: [__m256; 2]) -> [__m256; 2] {
        unsafe {
            let half = |n| _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127))));
            [half(n[0]), half(n[1])]
        }
    }
}

#[inline(always)]
unsafe fn low(a: __m512) -> __m256 {
    // SAFETY: the caller has AVX-512.
    unsafe { _mm512_castps512_ps256(a) }
}

#[inline(always)]
unsafe fn high(a: __m512) -> __m256 {
    // SAFETY: the caller has AVX-512.
    unsafe { _mm512_extractf32x8_ps::<1>(a) }
}

#[inline(always)]
unsafe fn sum(a: __m256) -> f32 {
    // SAFETY: the caller has AVX.
    unsafe {
        let four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }
}

#[inline(always)]
unsafe fn largest(a: __m256) -> f32 {
    // SAFETY: the caller has AVX.
    unsafe {
        let four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
        let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }
}
