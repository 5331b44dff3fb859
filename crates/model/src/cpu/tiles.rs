//! Weight matrices as the kernels read them: tiles of 16 rows whose numbers lie side by side, with the bits that the file gave
//! them.
//!
//! A tile walks the columns in blocks of 32. `Q8_0`, `Q4_0`, `Q4_1`, `Q5_0`, `Q5_1`: 16 scales of half precision, 16 minima where the
//! type has them, the codes. `Q4_K`, `Q5_K`: before every eighth block 16 scales and 16 minima of half precision, then in each block
//! 16 + 16 bytes that multiply them, the codes. `Q6_K`: before every eighth block 16 scales, in each block 2 * 16 signed bytes, the codes.
//! Codes: 4 columns of 16 rows are a group of 64 bytes; planes of 4 bits hold two groups in 64 bytes, planes of 2 bits four, of 1 bit
//! eight. Floats: 16 of them for each column.

use std::ops::Range;
use std::sync::Arc;

use candle_core::quantized::GgmlDType;
use half::f16;
use memmap2::{Mmap, MmapMut};
use rayon::prelude::*;

use super::shelf::Shelf;
use crate::error::{ModelError, Result};
use crate::gguf::{Gguf, TensorInfo};

/// Changes whenever tiles are laid out otherwise, so that none are read that an older version has kept.
pub(super) const LAYOUT: u32 = 1;
/// Where tiles begin: at cache lines.
const LINE: usize = 64;

/// Rows of a tile.
pub(crate) const TILE: usize = 16;
/// Columns of a block.
pub(crate) const BLOCK: usize = 32;
/// Blocks under one pair of half-precision scales in the K types.
pub(super) const NEST: usize = 8;

/// How the numbers of a tile are stored; each name is the type of the file that becomes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q4K,
    Q5K,
    Q6K,
    F16,
    BF16,
    F32,
}

/// A matrix `(rows, columns)`, which maps rows of `columns` activations to rows of `rows` numbers.
pub(crate) struct Tiles {
    pub(super) format: Format,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    tile_bytes: usize,
    /// Memory of this process, or a file that several share.
    memory: Arc<Mmap>,
    /// Where in it the tiles are, at whole cache lines.
    place: Range<usize>,
}

/// Some of a file's numbers: codes with what turns them into numbers.
#[derive(Clone)]
struct Decoded {
    codes: [u8; NEST * BLOCK],
    /// Half precision.
    scale: [u8; 2],
    minimum: [u8; 2],
    /// For each block of a K type; for each half of a block in `Q6_K`.
    scales: [u8; 2 * NEST],
    minima: [u8; NEST],
}

impl Format {
    pub(super) fn of(dtype: GgmlDType) -> Option<Format> {
        Some(match dtype {
            GgmlDType::Q8_0 => Format::Q8_0,
            GgmlDType::Q4_0 => Format::Q4_0,
            GgmlDType::Q4_1 => Format::Q4_1,
            GgmlDType::Q5_0 => Format::Q5_0,
            GgmlDType::Q5_1 => Format::Q5_1,
            GgmlDType::Q4K => Format::Q4K,
            GgmlDType::Q5K => Format::Q5K,
            GgmlDType::Q6K => Format::Q6K,
            GgmlDType::F16 => Format::F16,
            GgmlDType::BF16 => Format::BF16,
            GgmlDType::F32 => Format::F32,
            _ => return None,
        })
    }

    /// What a tensor of this type becomes: `Q2_K` and `Q3_K` are read as `Q8_0`, whose steps are far finer than theirs.
    fn kept(dtype: GgmlDType) -> Format {
        Format::of(dtype).unwrap_or(Format::Q8_0)
    }

    /// Bits of a code; of a number for floats.
    fn bits(self) -> usize {
        match self {
            Format::Q8_0 => 8,
            Format::Q4_0 | Format::Q4_1 | Format::Q4K => 4,
            Format::Q5_0 | Format::Q5_1 | Format::Q5K => 5,
            Format::Q6K => 6,
            Format::F16 | Format::BF16 => 16,
            Format::F32 => 32,
        }
    }

    /// What a code that means zero is.
    fn offset(self) -> f32 {
        match self {
            Format::Q8_0 => 128.0,
            Format::Q4_0 => 8.0,
            Format::Q5_0 => 16.0,
            Format::Q6K => 32.0,
            _ => 0.0,
        }
    }

    fn is_nested(self) -> bool {
        matches!(self, Format::Q4K | Format::Q5K | Format::Q6K)
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Format::F16 | Format::BF16 | Format::F32)
    }

    /// Whether each scale has a minimum.
    fn has_minimum(self) -> bool {
        matches!(self, Format::Q4_1 | Format::Q5_1 | Format::Q4K | Format::Q5K)
    }

    /// Bytes before every eighth block, before the codes of each block, and of these codes; all of 16 rows.
    fn bytes(self) -> (usize, usize, usize) {
        let (nest, head) = match self {
            Format::Q4K | Format::Q5K => (64, 32),
            Format::Q6K => (32, 32),
            _ if self.has_minimum() => (0, 64),
            _ => (0, 32),
        };
        (nest, head, 64 * self.bits())
    }

    fn tile_bytes(self, columns: usize) -> usize {
        if self.is_float() {
            return TILE * columns * self.bits() / 8;
        }
        let (nest, head, codes) = self.bytes();
        columns / BLOCK * (head + codes) + columns.div_ceil(NEST * BLOCK) * nest
    }

    /// Bytes of all tiles, up to a whole cache line.
    fn size(self, rows: usize, columns: usize) -> usize {
        (self.tile_bytes(columns) * rows.div_ceil(TILE)).next_multiple_of(LINE)
    }
}

impl Tiles {
    /// Takes a tensor of the file from the shelf, or packs it, tiles in parallel.
    ///
    /// # Errors
    /// When the type has no numbers, or there is no memory.
    pub(crate) fn load(gguf: &Gguf<'_>, name: &str, shelf: Option<&Shelf>) -> Result<Tiles> {
        let (info, bytes) = gguf.tensor_bytes(name)?;
        let (rows, columns) = (info.shape[0], info.shape[1]);
        if let Some((memory, place)) = shelf.and_then(|shelf| shelf.place(name)) {
            let format = Format::kept(info.dtype);
            return Ok(Tiles { format, rows, columns, tile_bytes: format.tile_bytes(columns), memory, place });
        }
        match Format::of(info.dtype) {
            Some(format) => Tiles::pack(format, rows, columns, bytes),
            None => Tiles::of_numbers(&gguf.numbers(name)?, rows, columns),
        }
    }

    /// Bytes of a tensor's tiles, up to a whole cache line.
    pub(super) fn size(info: &TensorInfo) -> usize {
        Format::kept(info.dtype).size(info.shape[0], info.shape[1])
    }

    /// `numbers` is `(rows, columns)`, of whole blocks; stored as `Q8_0`.
    pub(super) fn of_numbers(numbers: &[f32], rows: usize, columns: usize) -> Result<Tiles> {
        let blocks = numbers.chunks_exact(BLOCK).flat_map(|block| {
            let largest = block.iter().fold(0f32, |most, x| most.max(x.abs()));
            let scale = f16::from_f32(largest / 127.0);
            let inverse = if scale.to_f32() > 0.0 { 1.0 / scale.to_f32() } else { 0.0 };
            let code = move |x: &f32| (x * inverse).round_ties_even().clamp(-127.0, 127.0) as i8 as u8;
            scale.to_le_bytes().into_iter().chain(block.iter().map(code)).collect::<Vec<u8>>()
        });
        Tiles::pack(Format::Q8_0, rows, columns, &blocks.collect::<Vec<u8>>())
    }

    /// The number of tiles, the last of which may be filled up with zeros.
    pub(crate) fn count(&self) -> usize {
        self.rows.div_ceil(TILE)
    }

    /// The bytes that hold the weights.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.memory[self.place.clone()]
    }

    pub(super) fn tile(&self, index: usize) -> *const u8 {
        self.bytes()[index * self.tile_bytes..(index + 1) * self.tile_bytes].as_ptr()
    }

    /// Writes one row, a column each.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        // SAFETY: `tile` has checked the index, and a tile is read within its bytes.
        let tile = unsafe { std::slice::from_raw_parts(self.tile(row / TILE), self.tile_bytes) };
        let lane = row % TILE;
        if self.format.is_float() {
            let width = self.format.bits() / 8;
            for (number, out) in tile.chunks_exact(width).skip(lane).step_by(TILE).zip(out) {
                *out = match (self.format, number) {
                    (Format::F16, &[a, b]) => f16::from_le_bytes([a, b]).to_f32(),
                    (_, &[a, b]) => f32::from_bits(u32::from(u16::from_le_bytes([a, b])) << 16),
                    (_, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
                    _ => unreachable!("a float has two or four bytes"),
                };
            }
            return;
        }
        for (block, out) in out.chunks_exact_mut(BLOCK).enumerate() {
            let (outer, inner) = self.format.places(block);
            let half_at = |at: usize| f16::from_le_bytes([tile[at + 2 * lane], tile[at + 2 * lane + 1]]).to_f32();
            let (_, head, _) = self.format.bytes();
            for (column, out) in out.iter_mut().enumerate() {
                let code =
                    f32::from(code(self.format.bits(), &tile[inner + head..], lane, column)) - self.format.offset();
                *out = match self.format {
                    Format::Q4_1 | Format::Q5_1 => half_at(inner) * code + half_at(inner + 32),
                    Format::Q4K | Format::Q5K => {
                        let (scale, minimum) = (f32::from(tile[inner + lane]), f32::from(tile[inner + 16 + lane]));
                        half_at(outer) * scale * code - half_at(outer + 32) * minimum
                    }
                    Format::Q6K => half_at(outer) * f32::from(tile[inner + column / 16 * 16 + lane] as i8) * code,
                    _ => half_at(inner) * code,
                };
            }
        }
    }

    /// `bytes` are the tensor's as the file has them; the type is one of those that a [`Format`] has.
    pub(super) fn pack(format: Format, rows: usize, columns: usize, bytes: &[u8]) -> Result<Tiles> {
        let tile_bytes = format.tile_bytes(columns);
        let size = format.size(rows, columns);
        let failed = |source| ModelError::Memory { megabytes: size >> 20, source };
        let mut memory = zeros(size).map_err(failed)?;
        let row_bytes = bytes.len() / rows;
        memory.par_chunks_exact_mut(tile_bytes).zip(bytes.par_chunks(TILE * row_bytes)).for_each(|(tile, sixteen)| {
            for (lane, row) in sixteen.chunks_exact(row_bytes).enumerate() {
                match format.is_float() {
                    true => pack_floats(tile, lane, row, format.bits() / 8),
                    false => pack_codes(tile, lane, row, format, columns),
                }
            }
        });
        let memory = Arc::new(memory.make_read_only().map_err(failed)?);
        Ok(Tiles { format, rows, columns, tile_bytes, memory, place: 0..size })
    }
}

/// Fresh memory, in pages as large as the system has: each is looked up once in a pass.
fn zeros(size: usize) -> std::io::Result<MmapMut> {
    let memory = MmapMut::map_anon(size.max(1))?;
    #[cfg(target_os = "linux")]
    // Small pages do as well, if slower.
    let _ = memory.advise(memmap2::Advice::HugePage);
    Ok(memory)
}

impl Format {
    /// Where in a tile the half-precision scales of a nest stand, and where a block begins.
    fn places(self, block: usize) -> (usize, usize) {
        let (nest, head, codes) = self.bytes();
        let outer = block / NEST * (nest + NEST * (head + codes));
        (outer, if nest == 0 { block * (head + codes) } else { outer + nest + block % NEST * (head + codes) })
    }

    /// Reads block `index` of a row, or the nest of eight blocks of this number.
    fn decode(self, row: &[u8], index: usize, d: &mut Decoded) {
        let part = |bytes: usize| &row[index * bytes..(index + 1) * bytes];
        match self {
            Format::Q8_0 => {
                let b = part(34);
                d.scale = [b[0], b[1]];
                (0..32).for_each(|i| d.codes[i] = b[2 + i] ^ 0x80);
            }
            Format::Q4_0 | Format::Q4_1 | Format::Q5_0 | Format::Q5_1 => {
                let (has_minimum, has_high) = (self.has_minimum(), self.bits() == 5);
                let b = part(18 + 2 * usize::from(has_minimum) + 4 * usize::from(has_high));
                d.scale = [b[0], b[1]];
                let mut at = 2;
                if has_minimum {
                    d.minimum = [b[2], b[3]];
                    at += 2;
                }
                let mut high = 0u32;
                if has_high {
                    high = u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
                    at += 4;
                }
                for i in 0..16 {
                    d.codes[i] = b[at + i] & 15 | ((high >> i & 1) << 4) as u8;
                    d.codes[i + 16] = b[at + i] >> 4 | ((high >> (i + 16) & 1) << 4) as u8;
                }
            }
            Format::Q4K | Format::Q5K => {
                let b = part(if self == Format::Q4K { 144 } else { 176 });
                (d.scale, d.minimum) = ([b[0], b[1]], [b[2], b[3]]);
                let s = &b[4..16];
                for j in 0..4 {
                    (d.scales[j], d.minima[j]) = (s[j] & 63, s[j + 4] & 63);
                    d.scales[j + 4] = s[j + 8] & 15 | s[j] >> 6 << 4;
                    d.minima[j + 4] = s[j + 8] >> 4 | s[j + 4] >> 6 << 4;
                }
                let (high, low) = if self == Format::Q4K { (&[0; 32][..], &b[16..]) } else { (&b[16..48], &b[48..]) };
                for (i, low) in low.iter().enumerate() {
                    let (chunk, l) = (i / 32, i % 32);
                    d.codes[64 * chunk + l] = low & 15 | (high[l] >> (2 * chunk) & 1) << 4;
                    d.codes[64 * chunk + 32 + l] = low >> 4 | (high[l] >> (2 * chunk + 1) & 1) << 4;
                }
            }
            Format::Q6K => {
                let b = part(210);
                let (low, high) = (&b[..128], &b[128..192]);
                d.scale = [b[208], b[209]];
                d.scales.copy_from_slice(&b[192..208]);
                for i in 0..64 {
                    let (half, l) = (i / 32, i % 32);
                    let (low, high, at) = (&low[64 * half..], high[i], 128 * half + l);
                    d.codes[at] = low[l] & 15 | (high & 3) << 4;
                    d.codes[at + 32] = low[l + 32] & 15 | (high >> 2 & 3) << 4;
                    d.codes[at + 64] = low[l] >> 4 | (high >> 4 & 3) << 4;
                    d.codes[at + 96] = low[l + 32] >> 4 | (high >> 6) << 4;
                }
            }
            Format::F16 | Format::BF16 | Format::F32 => unreachable!("floats have no codes"),
        }
    }
}

fn pack_floats(tile: &mut [u8], lane: usize, row: &[u8], width: usize) {
    for (place, number) in tile.chunks_exact_mut(width).skip(lane).step_by(TILE).zip(row.chunks_exact(width)) {
        place.copy_from_slice(number);
    }
}

fn pack_codes(tile: &mut [u8], lane: usize, row: &[u8], format: Format, columns: usize) {
    let (_, head, _) = format.bytes();
    let per_decode = if format.is_nested() { NEST } else { 1 };
    let mut decoded = Decoded { codes: [0; 256], scale: [0; 2], minimum: [0; 2], scales: [0; 16], minima: [0; 8] };
    for index in 0..columns / BLOCK / per_decode {
        format.decode(row, index, &mut decoded);
        for inside in 0..per_decode {
            let (outer, inner) = format.places(index * per_decode + inside);
            let halves = if format.is_nested() { outer } else { inner };
            tile[halves + 2 * lane..][..2].copy_from_slice(&decoded.scale);
            if format.has_minimum() {
                tile[halves + 32 + 2 * lane..][..2].copy_from_slice(&decoded.minimum);
            }
            match format {
                Format::Q4K | Format::Q5K => {
                    tile[inner + lane] = decoded.scales[inside];
                    tile[inner + 16 + lane] = decoded.minima[inside];
                }
                Format::Q6K => {
                    tile[inner + lane] = decoded.scales[2 * inside];
                    tile[inner + 16 + lane] = decoded.scales[2 * inside + 1];
                }
                _ => {}
            }
            put_block(format.bits(), &mut tile[inner + head..], lane, &decoded.codes[inside * BLOCK..][..BLOCK]);
        }
    }
}

/// The byte and the shift of a column's bits in a plane that keeps `1 << packed` groups in 64 bytes.
fn place(lane: usize, column: usize, packed: usize) -> (usize, usize) {
    let group = column / 4;
    ((group >> packed) * 64 + lane * 4 + column % 4, (group & ((1 << packed) - 1)) * (8 >> packed))
}

/// Writes a row's codes of one block, the four of a group at a time; what [`code`] reads.
fn put_block(bits: usize, tile: &mut [u8], lane: usize, codes: &[u8]) {
    let groups: [u32; BLOCK / 4] = std::array::from_fn(|group| u32::from_le_bytes(codes.as_chunks().0[group]));
    let mut put = |plane: usize, packed: usize, four: &dyn Fn(u32) -> u32| {
        for (number, groups) in groups.chunks_exact(1 << packed).enumerate() {
            let shifted = groups.iter().enumerate().map(|(at, &group)| four(group) << (at * (8 >> packed)));
            let bytes = shifted.fold(0, |all, one| all | one).to_le_bytes();
            tile[plane + number * 64 + lane * 4..][..4].copy_from_slice(&bytes);
        }
    };
    match bits {
        8 => put(0, 0, &|group| group),
        _ => put(0, 1, &|group| group & 0x0f0f_0f0f),
    }
    match bits {
        5 => put(256, 3, &|group| group >> 4 & 0x0101_0101),
        6 => put(256, 2, &|group| group >> 4 & 0x0303_0303),
        _ => {}
    }
}

fn code(bits: usize, codes: &[u8], lane: usize, column: usize) -> u8 {
    if bits == 8 {
        return codes[place(lane, column, 0).0];
    }
    let (at, shift) = place(lane, column, 1);
    let low = codes[at] >> shift & 15;
    if bits == 4 {
        return low;
    }
    let (at, shift) = place(lane, column, if bits == 5 { 3 } else { 2 });
    low | (codes[256 + at] >> shift & if bits == 5 { 1 } else { 3 }) << 4
}
