//! Rows of activations, as they are and rounded to 8 bits in blocks of 32, with the sums that the kernels need.

use std::marker::PhantomData;

use super::lanes::Lanes;
use super::tiles::BLOCK;

/// `(rows, width)`.
#[derive(Default)]
pub(super) struct Activations {
    pub(super) rows: usize,
    pub(super) width: usize,
    /// Whole blocks of a row.
    pub(super) blocks: usize,
    pub(super) floats: Vec<f32>,
    codes: Vec<i8>,
    /// `(rows, blocks)`: what a code is multiplied with.
    pub(super) scales: Vec<f32>,
    /// `(rows, blocks)`: the sum of a block's rounded numbers.
    pub(super) scaled_sums: Vec<f32>,
    /// `(rows, blocks)`: the sum of a block's codes, times -128, -16 and -8.
    pub(super) less_128: Vec<i32>,
    pub(super) less_16: Vec<i32>,
    pub(super) less_8: Vec<i32>,
    /// `(rows, blocks, 2)`: the sums of its halves, times -32.
    pub(super) halves_less_32: Vec<i32>,
}

impl Activations {
    /// Makes room for `(rows, width)`; the numbers are whatever they were.
    pub(super) fn resize(&mut self, rows: usize, width: usize) {
        let blocks = width / BLOCK;
        (self.rows, self.width, self.blocks) = (rows, width, blocks);
        grow(&mut self.floats, rows * width);
        grow(&mut self.codes, rows * blocks * BLOCK);
        for floats in [&mut self.scales, &mut self.scaled_sums] {
            grow(floats, rows * blocks);
        }
        for ints in [&mut self.less_128, &mut self.less_16, &mut self.less_8] {
            grow(ints, rows * blocks);
        }
        grow(&mut self.halves_less_32, 2 * rows * blocks);
    }

    /// The rows, each to be written by one thread.
    pub(super) fn rows_mut(&mut self) -> RowsMut<'_> {
        RowsMut {
            width: self.width,
            blocks: self.blocks,
            floats: self.floats.as_mut_ptr(),
            codes: self.codes.as_mut_ptr(),
            scales: self.scales.as_mut_ptr(),
            scaled_sums: self.scaled_sums.as_mut_ptr(),
            less_128: self.less_128.as_mut_ptr(),
            less_16: self.less_16.as_mut_ptr(),
            less_8: self.less_8.as_mut_ptr(),
            halves_less_32: self.halves_less_32.as_mut_ptr(),
            of: PhantomData,
        }
    }

    /// The codes of a row from a column of a block on.
    ///
    /// # Safety
    /// The row, the block and the column are there.
    #[inline(always)]
    pub(super) unsafe fn codes_at(&self, row: usize, block: usize, column: usize) -> *const i8 {
        // SAFETY: the caller's.
        unsafe { self.codes.as_ptr().add((row * self.blocks + block) * BLOCK + column) }
    }
}

/// All rows, to be written by several threads, each its own.
pub(super) struct RowsMut<'a> {
    width: usize,
    blocks: usize,
    floats: *mut f32,
    codes: *mut i8,
    scales: *mut f32,
    scaled_sums: *mut f32,
    less_128: *mut i32,
    less_16: *mut i32,
    less_8: *mut i32,
    halves_less_32: *mut i32,
    of: PhantomData<&'a mut Activations>,
}

// SAFETY: `row` demands that each row has one owner.
unsafe impl Sync for RowsMut<'_> {}

/// One row, to be written: first the floats, then [`Row::round`].
pub(super) struct Row<'a> {
    pub(super) floats: &'a mut [f32],
    codes: &'a mut [i8],
    scales: &'a mut [f32],
    scaled_sums: &'a mut [f32],
    less_128: &'a mut [i32],
    less_16: &'a mut [i32],
    less_8: &'a mut [i32],
    halves_less_32: &'a mut [i32],
}

impl RowsMut<'_> {
    /// # Safety
    /// The row is there, and nobody else has it.
    #[inline(always)]
    pub(super) unsafe fn row(&self, row: usize) -> Row<'_> {
        let blocks = self.blocks;
        // SAFETY: `resize` made room for all rows; the caller owns this one.
        unsafe {
            Row {
                floats: slice(self.floats, row, self.width),
                codes: slice(self.codes, row, blocks * BLOCK),
                scales: slice(self.scales, row, blocks),
                scaled_sums: slice(self.scaled_sums, row, blocks),
                less_128: slice(self.less_128, row, blocks),
                less_16: slice(self.less_16, row, blocks),
                less_8: slice(self.less_8, row, blocks),
                halves_less_32: slice(self.halves_less_32, row, 2 * blocks),
            }
        }
    }
}

impl Row<'_> {
    /// Rounds the floats: to the nearest of -127 to 127 times a scale for each block, ties to even.
    ///
    /// # Safety
    /// The instruction set is there.
    #[inline(always)]
    pub(super) unsafe fn round<L: Lanes>(&mut self) {
        for block in 0..self.scales.len() {
            let at = &self.floats[block * BLOCK..][..BLOCK];
            let codes = &mut self.codes[block * BLOCK..][..BLOCK];
            // SAFETY: both hold a block.
            unsafe {
                let (a, b) = (L::load(at.as_ptr()), L::load(at.as_ptr().add(16)));
                let largest = L::largest(L::max(L::abs(a), L::abs(b)));
                let inverse = L::splat(if largest > 0.0 { 127.0 / largest } else { 0.0 });
                let (a, b) = (L::to_ints(L::mul(a, inverse)), L::to_ints(L::mul(b, inverse)));
                L::store_bytes(a, codes.as_mut_ptr());
                L::store_bytes(b, codes.as_mut_ptr().add(16));
                let (a, b) = (L::sum_ints(a), L::sum_ints(b));
                let scale = largest / 127.0;
                self.scales[block] = scale;
                self.scaled_sums[block] = scale * (a + b) as f32;
                self.less_128[block] = -128 * (a + b);
                self.less_16[block] = -16 * (a + b);
                self.less_8[block] = -8 * (a + b);
                self.halves_less_32[2 * block] = -32 * a;
                self.halves_less_32[2 * block + 1] = -32 * b;
            }
        }
    }
}

/// Number `row` of the rows that begin at `at`.
#[inline(always)]
unsafe fn slice<'a, T>(at: *mut T, row: usize, length: usize) -> &'a mut [T] {
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts_mut(at.add(row * length), length) }
}

fn grow<T: Clone + Default>(numbers: &mut Vec<T>, length: usize) {
    if numbers.len() < length {
        numbers.resize(length, T::default());
    }
}
