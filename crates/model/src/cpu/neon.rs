//! [`Lanes`] of aarch64: four registers of NEON. The dot product multiplies eight lanes after the other eight, so that the sums of twelve rows
//! fit the registers.

use std::arch::aarch64::*;
use std::arch::asm;

use super::lanes::{Lanes, Part};

/// NEON with its dot product.
#[derive(Clone, Copy)]
pub(super) struct Neon;

/// `sum + a · b` of four signed bytes in each lane. Its intrinsic is not stable yet.
#[inline(always)]
unsafe fn dot(mut sum: int32x4_t, a: int32x4_t, b: int32x4_t) -> int32x4_t {
    // SAFETY: the caller has the instruction.
    unsafe {
        asm!(
            ".arch_extension dotprod",
            "sdot {sum:v}.4s, {a:v}.16b, {b:v}.16b",
            sum = inout(vreg) sum, a = in(vreg) a, b = in(vreg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

/// Four numbers of half precision, as the intrinsic that is not stable yet makes of them.
#[inline(always)]
unsafe fn from_half(a: uint16x4_t) -> float32x4_t {
    let out: float32x4_t;
    // SAFETY: every aarch64 has the instruction.
    unsafe {
        asm!("fcvtl {out:v}.4s, {a:v}.4h", out = lateout(vreg) out, a = in(vreg) a, options(pure, nomem, nostack, preserves_flags));
    }
    out
}

#[inline(always)]
unsafe fn to_half(a: float32x4_t) -> uint16x4_t {
    let out: uint16x4_t;
    // SAFETY: every aarch64 has the instruction.
    unsafe {
        asm!("fcvtn {out:v}.4h, {a:v}.4s", out = lateout(vreg) out, a = in(vreg) a, options(pure, nomem, nostack, preserves_flags));
    }
    out
}

#[inline(always)]
fn each<T: Copy, U>(a: [T; 4], f: impl Fn(T) -> U) -> [U; 4] {
    [f(a[0]), f(a[1]), f(a[2]), f(a[3])]
}

#[inline(always)]
fn both<T: Copy, U>(a: [T; 4], b: [T; 4], f: impl Fn(T, T) -> U) -> [U; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

// SAFETY of both: the caller of each operation has the instruction set, and lends the memory that it names.
#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks, unused_unsafe, reason = "which intrinsics are safe differs between versions")]
impl Part for Neon {
    type Ints = [int32x4_t; 2];
    type Dots = [int32x4_t; 2];
    const SIGNED_BYTES: bool = true;

    #[inline(always)]
    unsafe fn codes(at: *const u8) -> [int32x4_t; 2] {
        unsafe { [vreinterpretq_s32_u8(vld1q_u8(at)), vreinterpretq_s32_u8(vld1q_u8(at.add(16)))] }
    }
    #[inline(always)]
    unsafe fn splat(x: i32) -> [int32x4_t; 2] { unsafe { [vdupq_n_s32(x); 2] } }
    #[inline(always)]
    unsafe fn and(a: [int32x4_t; 2], b: [int32x4_t; 2]) -> [int32x4_t; 2] {
        unsafe { [vandq_s32(a[0], b[0]), vandq_s32(a[1], b[1])] }
    }
    #[inline(always)]
    unsafe fn or(a: [int32x4_t; 2], b: [int32x4_t; 2]) -> [int32x4_t; 2] {
        unsafe { [vorrq_s32(a[0], b[0]), vorrq_s32(a[1], b[1])] }
    }
    #[inline(always)]
    unsafe fn shift<const N: i32>(a: [int32x4_t; 2]) -> [int32x4_t; 2] {
        unsafe {
            let shifted = |a: int32x4_t| {
                let a = vreinterpretq_u16_s32(a);
                vreinterpretq_s32_u16(match N {
                    1 => vshlq_n_u16::<1>(a), 2 => vshlq_n_u16::<2>(a), 3 => vshlq_n_u16::<3>(a), 4 => vshlq_n_u16::<4>(a),
                    -1 => vshrq_n_u16::<1>(a), -2 => vshrq_n_u16::<2>(a), -3 => vshrq_n_u16::<3>(a), -4 => vshrq_n_u16::<4>(a),
                    _ => a,
                })
            };
            [shifted(a[0]), shifted(a[1])]
        }
    }
    #[inline(always)]
    unsafe fn dots(first: i32) -> [int32x4_t; 2] { unsafe { [vdupq_n_s32(first); 2] } }
    #[inline(always)]
    unsafe fn dot_codes(sum: [int32x4_t; 2], codes: [int32x4_t; 2], x: *const i8) -> [int32x4_t; 2] {
        unsafe {
            let x = vdupq_n_s32(x.cast::<i32>().read_unaligned());
            [dot(sum[0], codes[0], x), dot(sum[1], codes[1], x)]
        }
    }
    #[inline(always)]
    unsafe fn dot_bytes(sum: [int32x4_t; 2], codes: [int32x4_t; 2], x: *const i8) -> [int32x4_t; 2] {
        unsafe {
            let less_128 = vreinterpretq_s32_u8(vdupq_n_u8(0x80));
            Self::dot_codes(sum, [veorq_s32(codes[0], less_128), veorq_s32(codes[1], less_128)], x)
        }
    }
    #[inline(always)]
    unsafe fn carry(sum: [int32x4_t; 2]) -> [int32x4_t; 2] { sum }
    #[inline(always)]
    unsafe fn ints(sum: [int32x4_t; 2], _: i32) -> [int32x4_t; 2] { sum }
}

#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks, unused_unsafe, reason = "which intrinsics are safe differs between versions")]
impl Lanes for Neon {
    type Part = Neon;
    const PARTS: usize = 2;
    type Ints = [int32x4_t; 4];
    type Floats = [float32x4_t; 4];
    const ROWS: usize = 12;
    const FLOAT_ROWS: usize = 6;

    #[inline(always)]
    unsafe fn join(parts: [[int32x4_t; 2]; 2]) -> [int32x4_t; 4] { [parts[0][0], parts[0][1], parts[1][0], parts[1][1]] }
    #[inline(always)]
    unsafe fn to_floats(a: [int32x4_t; 4]) -> [float32x4_t; 4] { each(a, |a| unsafe { vcvtq_f32_s32(a) }) }
    #[inline(always)]
    unsafe fn to_ints(a: [float32x4_t; 4]) -> [int32x4_t; 4] { each(a, |a| unsafe { vcvtnq_s32_f32(a) }) }
    #[inline(always)]
    unsafe fn store_bytes(a: [int32x4_t; 4], at: *mut i8) {
        unsafe {
            let first = vmovn_s16(vcombine_s16(vmovn_s32(a[0]), vmovn_s32(a[1])));
            let second = vmovn_s16(vcombine_s16(vmovn_s32(a[2]), vmovn_s32(a[3])));
            vst1q_s8(at, vcombine_s8(first, second));
        }
    }
    #[inline(always)]
    unsafe fn sum_ints(a: [int32x4_t; 4]) -> i32 {
        unsafe { vaddvq_s32(vaddq_s32(vaddq_s32(a[0], a[1]), vaddq_s32(a[2], a[3]))) }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> [float32x4_t; 4] { unsafe { [vdupq_n_f32(x); 4] } }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> [float32x4_t; 4] { each([0, 4, 8, 12], |lane| unsafe { vld1q_f32(at.add(lane)) }) }
    #[inline(always)]
    unsafe fn store(a: [float32x4_t; 4], at: *mut f32) {
        unsafe { vst1q_f32(at, a[0]); vst1q_f32(at.add(4), a[1]); vst1q_f32(at.add(8), a[2]); vst1q_f32(at.add(12), a[3]) }
    }
    #[inline(always)]
    unsafe fn load_half(at: *const u16) -> [float32x4_t; 4] {
        each([0, 4, 8, 12], |lane| unsafe { from_half(vld1_u16(at.add(lane))) })
    }
    #[inline(always)]
    unsafe fn store_half(a: [float32x4_t; 4], at: *mut u16) {
        unsafe {
            vst1_u16(at, to_half(a[0])); vst1_u16(at.add(4), to_half(a[1]));
            vst1_u16(at.add(8), to_half(a[2])); vst1_u16(at.add(12), to_half(a[3]))
        }
    }
    #[inline(always)]
    unsafe fn load_brain(at: *const u16) -> [float32x4_t; 4] {
        each([0, 4, 8, 12], |lane| unsafe { vreinterpretq_f32_u32(vshll_n_u16::<16>(vld1_u16(at.add(lane)))) })
    }
    #[inline(always)]
    unsafe fn load_bytes(at: *const u8) -> [float32x4_t; 4] {
        unsafe {
            let bytes = vld1q_u8(at);
            let (low, high) = (vmovl_u8(vget_low_u8(bytes)), vmovl_u8(vget_high_u8(bytes)));
            each([vget_low_u16(low), vget_high_u16(low), vget_low_u16(high), vget_high_u16(high)], |four| vcvtq_f32_u32(vmovl_u16(four)))
        }
    }
    #[inline(always)]
    unsafe fn load_signed(at: *const i8) -> [float32x4_t; 4] {
        unsafe {
            let bytes = vld1q_s8(at);
            let (low, high) = (vmovl_s8(vget_low_s8(bytes)), vmovl_s8(vget_high_s8(bytes)));
            each([vget_low_s16(low), vget_high_s16(low), vget_low_s16(high), vget_high_s16(high)], |four| vcvtq_f32_s32(vmovl_s16(four)))
        }
    }
    #[inline(always)]
    unsafe fn add(a: [float32x4_t; 4], b: [float32x4_t; 4]) -> [float32x4_t; 4] { both(a, b, |a, b| unsafe { vaddq_f32(a, b) }) }
    #[inline(always)]
    unsafe fn mul(a: [float32x4_t; 4], b: [float32x4_t; 4]) -> [float32x4_t; 4] { both(a, b, |a, b| unsafe { vmulq_f32(a, b) }) }
    #[inline(always)]
    unsafe fn div(a: [float32x4_t; 4], b: [float32x4_t; 4]) -> [float32x4_t; 4] { both(a, b, |a, b| unsafe { vdivq_f32(a, b) }) }
    // As on x86 the second where one is not a number.
    #[inline(always)]
    unsafe fn max(a: [float32x4_t; 4], b: [float32x4_t; 4]) -> [float32x4_t; 4] {
        both(a, b, |a, b| unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) })
    }
    #[inline(always)]
    unsafe fn abs(a: [float32x4_t; 4]) -> [float32x4_t; 4] { each(a, |a| unsafe { vabsq_f32(a) }) }
    #[inline(always)]
    unsafe fn fma(a: [float32x4_t; 4], b: [float32x4_t; 4], c: [float32x4_t; 4]) -> [float32x4_t; 4] {
        unsafe { [vfmaq_f32(c[0], a[0], b[0]), vfmaq_f32(c[1], a[1], b[1]), vfmaq_f32(c[2], a[2], b[2]), vfmaq_f32(c[3], a[3], b[3])] }
    }
    #[inline(always)]
    unsafe fn fnma(a: [float32x4_t; 4], b: [float32x4_t; 4], c: [float32x4_t; 4]) -> [float32x4_t; 4] {
        unsafe { [vfmsq_f32(c[0], a[0], b[0]), vfmsq_f32(c[1], a[1], b[1]), vfmsq_f32(c[2], a[2], b[2]), vfmsq_f32(c[3], a[3], b[3])] }
    }
    #[inline(always)]
    unsafe fn sum(a: [float32x4_t; 4]) -> f32 {
        unsafe {
            let four = vaddq_f32(vaddq_f32(a[0], a[2]), vaddq_f32(a[1], a[3]));
            let two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
            vget_lane_f32::<0>(two) + vget_lane_f32::<1>(two)
        }
    }
    #[inline(always)]
    unsafe fn largest(a: [float32x4_t; 4]) -> f32 {
        unsafe { vmaxvq_f32(vmaxq_f32(vmaxq_f32(a[0], a[2]), vmaxq_f32(a[1], a[3]))) }
    }
    #[inline(always)]
    unsafe fn power_of_two(n: [float32x4_t; 4]) -> [float32x4_t; 4] {
        each(n, |n| unsafe { vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127)))) })
    }
}
