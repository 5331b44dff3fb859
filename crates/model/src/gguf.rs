//! Reads the header of a GGUF file without copying it.
//!
//! Every count, length and offset is checked against the bytes that are there before anything is allocated, so a
//! hostile file costs no more memory than its own size. candle has a reader too, but it divides by the file's
//! alignment unchecked and spends 32 bytes on each array element; the tensors themselves go to candle.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>

use std::borrow::Cow;
use std::collections::HashMap;

use candle_core::Device;
use candle_core::quantized::{GgmlDType, QStorage, QTensor};

use crate::error::{ModelError, Result};

/// Far above any real model (Qwen2.5-72B has 963 tensors and about 40 entries), far below what hurts.
const MAX_ENTRIES: u64 = 1 << 16;
const MAX_DIMENSIONS: u32 = 4;
const MAX_ARRAY_DEPTH: u32 = 4;

/// A value of the header; texts and arrays point into the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(&'a str),
    Array(Array<'a>),
}

/// An array of the header, decoded while it is walked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Array<'a> {
    kind: u32,
    length: usize,
    bytes: &'a [u8],
}

/// Where a tensor lies and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct TensorInfo {
    pub(crate) dtype: GgmlDType,
    /// Outermost first: `[rows, columns]`, the reverse of the file's order.
    pub(crate) shape: Vec<usize>,
    offset: usize,
    bytes: usize,
}

/// The checked header of a GGUF file.
#[derive(Debug)]
pub(crate) struct Gguf<'a> {
    file: String,
    metadata: HashMap<&'a str, Value<'a>>,
    tensors: HashMap<&'a str, TensorInfo>,
    header: &'a [u8],
    data: &'a [u8],
}

impl<'a> Gguf<'a> {
    /// Reads and checks the header of `bytes`; `file` names it in errors.
    pub(crate) fn parse(file: &str, bytes: &'a [u8]) -> Result<Gguf<'a>> {
        check_magic(file, bytes)?;
        let damaged = |problem| ModelError::Damaged { file: file.to_owned(), problem };
        let mut cursor = Cursor { bytes, at: 8 };
        let (metadata, tensors) = cursor.header().map_err(damaged)?;
        let data = cursor.data(&metadata).map_err(damaged)?;
        check_extents(&tensors, data.len()).map_err(damaged)?;
        let header = &bytes[..bytes.len() - data.len()];
        Ok(Gguf { file: file.to_owned(), metadata, tensors, header, data })
    }

    /// Everything before the tensors.
    pub(crate) fn header(&self) -> &'a [u8] {
        self.header
    }

    pub(crate) fn tensors(&self) -> impl Iterator<Item = (&'a str, &TensorInfo)> {
        self.tensors.iter().map(|(name, info)| (*name, info))
    }

    pub(crate) fn tensor_info(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(name)
    }

    pub(crate) fn value(&self, key: &str) -> Option<Value<'a>> {
        self.metadata.get(key).copied()
    }

    pub(crate) fn unsigned(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::Unsigned(number) => Some(number),
            Value::Signed(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    pub(crate) fn float(&self, key: &str) -> Option<f64> {
        match self.value(key)? {
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn array(&self, key: &str) -> Option<Array<'a>> {
        match self.value(key)? {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// A tensor as it stands in the file.
    pub(crate) fn tensor_bytes(&self, name: &str) -> Result<(&TensorInfo, &'a [u8])> {
        let info = self.tensors.get(name).ok_or_else(|| self.damaged(format!("the tensor `{name}` is missing")))?;
        Ok((info, &self.data[info.offset..info.offset + info.bytes]))
    }

    /// A tensor's numbers, outermost dimension first.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<f32>> {
        let tensor = self.load_tensor(name, &Device::Cpu)?;
        Ok(tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()?)
    }

    /// Hands a tensor to candle, which keeps its own copy.
    pub(crate) fn load_tensor(&self, name: &str, device: &Device) -> Result<QTensor> {
        let (info, bytes) = self.tensor_bytes(name)?;
        let aligned = aligned(bytes);
        let storage = QStorage::from_data(Cow::Borrowed(aligned.as_bytes()), device, info.dtype)?;
        Ok(QTensor::new(storage, info.shape.clone())?)
    }

    pub(crate) fn damaged(&self, problem: impl Into<String>) -> ModelError {
        ModelError::Damaged { file: self.file.clone(), problem: problem.into() }
    }

    pub(crate) fn unsupported(&self, problem: impl Into<String>, remedy: &'static str) -> ModelError {
        ModelError::Unsupported { file: self.file.clone(), problem: problem.into(), remedy }
    }
}

impl<'a> Array<'a> {
    /// The texts of an array of texts; `None` for any other array.
    pub(crate) fn texts(self) -> Option<impl Iterator<Item = &'a str>> {
        let mut cursor = Cursor { bytes: self.bytes, at: 0 };
        (self.kind == TEXT).then(move || (0..self.length).map_while(move |_| cursor.text().ok()))
    }

    /// The whole numbers of an array of integers; `None` for any other array.
    pub(crate) fn integers(self) -> Option<impl Iterator<Item = i64>> {
        let mut cursor = Cursor { bytes: self.bytes, at: 0 };
        matches!(self.kind, 0..=5 | 10 | 11).then(move || {
            (0..self.length).map_while(move |_| match cursor.value(self.kind, 0).ok()? {
                Value::Unsigned(number) => i64::try_from(number).ok(),
                Value::Signed(number) => Some(number),
                _ => None,
            })
        })
    }

    pub(crate) fn len(self) -> usize {
        self.length
    }
}

/// The name that `GgmlDType` has in GGUF's own words.
pub(crate) fn dtype_name(dtype: GgmlDType) -> &'static str {
    match dtype {
        GgmlDType::F32 => "F32",
        GgmlDType::F16 => "F16",
        GgmlDType::BF16 => "BF16",
        GgmlDType::Q4_0 => "Q4_0",
        GgmlDType::Q4_1 => "Q4_1",
        GgmlDType::Q5_0 => "Q5_0",
        GgmlDType::Q5_1 => "Q5_1",
        GgmlDType::Q8_0 => "Q8_0",
        GgmlDType::Q8_1 => "Q8_1",
        GgmlDType::Q2K => "Q2_K",
        GgmlDType::Q3K => "Q3_K",
        GgmlDType::Q4K => "Q4_K",
        GgmlDType::Q5K => "Q5_K",
        GgmlDType::Q6K => "Q6_K",
        GgmlDType::Q8K => "Q8_K",
    }
}

const BOOL: u32 = 7;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;

fn check_magic(file: &str, bytes: &[u8]) -> Result<()> {
    let not_gguf = |found: String| ModelError::NotGguf { file: file.to_owned(), found };
    if bytes.is_empty() {
        return Err(not_gguf("it is empty".into()));
    }
    if !bytes.starts_with(b"GGUF") {
        let start = &bytes[..bytes.len().min(4)];
        return Err(not_gguf(format!("it starts with `{}`", start.escape_ascii())));
    }
    let unsupported = |problem: String| ModelError::Unsupported {
        file: file.to_owned(),
        problem,
        remedy: "convert it with a current converter, which writes version 3",
    };
    match bytes.get(4..8).map(|version| u32::from_le_bytes([version[0], version[1], version[2], version[3]])) {
        Some(2 | 3) => Ok(()),
        Some(version) if matches!(version.swap_bytes(), 1..=3) => Err(unsupported("it is big-endian".into())),
        Some(version) => Err(unsupported(format!("it has GGUF version {version}, known are 2 and 3"))),
        None => Err(ModelError::Damaged { file: file.to_owned(), problem: "it ends inside of the header".into() }),
    }
}

/// Tensors must lie inside of the data, and together be no larger than it, so that overlaps can't multiply memory.
fn check_extents(tensors: &HashMap<&str, TensorInfo>, data: usize) -> Result<(), String> {
    let mut total = 0usize;
    for (name, info) in tensors {
        let end = info.offset.checked_add(info.bytes);
        if end.is_none_or(|end| end > data) {
            return Err(format!("the tensor `{name}` ends beyond the file, which was probably cut off"));
        }
        total = total.saturating_add(info.bytes);
    }
    if total > data {
        return Err(format!("its tensors overlap: {total} bytes in {data}"));
    }
    Ok(())
}

type Header<'a> = (HashMap<&'a str, Value<'a>>, HashMap<&'a str, TensorInfo>);

/// Walks the bytes; every step says what is wrong instead of panicking.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn header(&mut self) -> Result<Header<'a>, String> {
        let (tensor_count, entry_count) = (self.u64()?, self.u64()?);
        if tensor_count > MAX_ENTRIES || entry_count > MAX_ENTRIES {
            return Err(format!("it claims {tensor_count} tensors and {entry_count} metadata entries"));
        }
        let mut metadata = HashMap::new();
        for _ in 0..entry_count {
            let key = self.text()?;
            let kind = self.u32()?;
            let value = self.value(kind, 0).map_err(|problem| format!("metadata `{key}`: {problem}"))?;
            if metadata.insert(key, value).is_some() {
                return Err(format!("metadata `{key}` stands twice"));
            }
        }
        let mut tensors = HashMap::new();
        for _ in 0..tensor_count {
            let name = self.text()?;
            let info = self.tensor().map_err(|problem| format!("tensor `{name}`: {problem}"))?;
            if tensors.insert(name, info).is_some() {
                return Err(format!("the tensor `{name}` stands twice"));
            }
        }
        Ok((metadata, tensors))
    }

    /// The bytes after the header, from the next multiple of the file's alignment.
    fn data(&self, metadata: &HashMap<&str, Value<'_>>) -> Result<&'a [u8], String> {
        let alignment = match metadata.get("general.alignment") {
            None => 32,
            Some(Value::Unsigned(number)) if number.is_power_of_two() && *number <= 1 << 16 => *number as usize,
            Some(other) => return Err(format!("its alignment is {other:?}")),
        };
        let start = self.at.next_multiple_of(alignment);
        Ok(self.bytes.get(start..).unwrap_or_default())
    }

    fn tensor(&mut self) -> Result<TensorInfo, String> {
        let rank = self.u32()?;
        if rank == 0 || rank > MAX_DIMENSIONS {
            return Err(format!("it has {rank} dimensions"));
        }
        let mut shape = Vec::with_capacity(rank as usize);
        for _ in 0..rank {
            shape.push(usize::try_from(self.u64()?).map_err(|_| "a dimension is absurd")?);
        }
        shape.reverse();
        let dtype = dtype(self.u32()?)?;
        let offset = usize::try_from(self.u64()?).map_err(|_| "its offset is absurd")?;
        let columns = shape[shape.len() - 1];
        let elements = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        let elements = elements.filter(|&count| count > 0).ok_or_else(|| format!("its shape {shape:?} is absurd"))?;
        if !columns.is_multiple_of(dtype.block_size()) {
            return Err(format!("{columns} columns do not divide into blocks of {}", dtype_name(dtype)));
        }
        let bytes = (elements / dtype.block_size()).checked_mul(dtype.type_size()).ok_or("its size is absurd")?;
        Ok(TensorInfo { dtype, shape, offset, bytes })
    }

    fn value(&mut self, kind: u32, depth: u32) -> Result<Value<'a>, String> {
        Ok(match kind {
            0 => Value::Unsigned(self.take::<1>()?[0].into()),
            1 => Value::Signed(i8::from_le_bytes(self.take()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.take()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.take()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.take()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.take()?).into()),
            BOOL => Value::Bool(self.take::<1>()?[0] != 0),
            TEXT => Value::Text(self.text()?),
            ARRAY => Value::Array(self.array(depth)?),
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.take()?)),
            12 => Value::Float(f64::from_le_bytes(self.take()?)),
            other => return Err(format!("{other} is no value type")),
        })
    }

    fn array(&mut self, depth: u32) -> Result<Array<'a>, String> {
        if depth == MAX_ARRAY_DEPTH {
            return Err("arrays are nested too deep".into());
        }
        let (kind, length) = (self.u32()?, self.u64()?);
        let smallest: u64 = match kind {
            0 | 1 | BOOL => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 | TEXT => 8,
            ARRAY => 12,
            other => return Err(format!("{other} is no value type")),
        };
        let left = (self.bytes.len() - self.at) as u64;
        if length.checked_mul(smallest).is_none_or(|needed| needed > left) {
            return Err(format!("an array of {length} elements does not fit the {left} bytes left"));
        }
        let (start, length) = (self.at, length as usize);
        if matches!(kind, TEXT | ARRAY) {
            for _ in 0..length {
                self.value(kind, depth + 1)?;
            }
        } else {
            self.at += length * smallest as usize;
        }
        Ok(Array { kind, length, bytes: &self.bytes[start..self.at] })
    }

    fn text(&mut self) -> Result<&'a str, String> {
        let length = self.u64()?;
        let bytes = usize::try_from(length).ok().and_then(|length| self.advance(length));
        let bytes = bytes.ok_or_else(|| format!("a text of {length} bytes does not fit the file"))?;
        std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8".into())
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, String> {
        self.take().map(u64::from_le_bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let bytes = self.advance(N).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| "it ends inside of the header".into())
    }

    fn advance(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }
}

fn dtype(code: u32) -> Result<GgmlDType, String> {
    Ok(match code {
        0 => GgmlDType::F32,
        1 => GgmlDType::F16,
        2 => GgmlDType::Q4_0,
        3 => GgmlDType::Q4_1,
        6 => GgmlDType::Q5_0,
        7 => GgmlDType::Q5_1,
        8 => GgmlDType::Q8_0,
        10 => GgmlDType::Q2K,
        11 => GgmlDType::Q3K,
        12 => GgmlDType::Q4K,
        13 => GgmlDType::Q5K,
        14 => GgmlDType::Q6K,
        30 => GgmlDType::BF16,
        other => return Err(format!("its type {other} is unknown or not supported")),
    })
}

/// Bytes at an address that candle's casts accept.
enum Aligned<'a> {
    InPlace(&'a [u8]),
    Copied(Vec<u64>, usize),
}

/// A mapped file is aligned; a slice handed in by a caller need not be.
fn aligned(bytes: &[u8]) -> Aligned<'_> {
    if bytes.as_ptr().addr().is_multiple_of(align_of::<f32>()) {
        return Aligned::InPlace(bytes);
    }
    let words = bytes.chunks(8).map(|chunk| {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_ne_bytes(word)
    });
    Aligned::Copied(words.collect(), bytes.len())
}

impl Aligned<'_> {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Aligned::InPlace(bytes) => bytes,
            // SAFETY: the words were filled from `length` bytes, and any initialised memory may be read as bytes.
            Aligned::Copied(words, length) => unsafe {
                std::slice::from_raw_parts(words.as_ptr().cast::<u8>(), *length)
            },
        }
    }
}
