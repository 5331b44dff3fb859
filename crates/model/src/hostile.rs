//! Files that are broken, foreign or malicious: each is refused in words, without a panic and without spending memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::path::PathBuf;

use candle_core::quantized::gguf_file::Value;

use crate::config::Config;
use crate::fixture::{Fixture, Quantization};
use crate::gguf::Gguf;
use crate::{DeviceChoice, Model, ModelError, ModelSource, Tokenizer};

#[test]
fn a_sound_file_passes_every_check() {
    assert!(check(&small().bytes()).is_ok());
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let whole = small().bytes();
    let header = header_length(&whole);
    let cuts = (0..header).step_by(7).chain((header..whole.len()).step_by(4001)).chain([whole.len() - 1]);
    for cut in cuts {
        assert!(check(&whole[..cut]).is_err(), "cut at {cut} of {}", whole.len());
    }
}

#[test]
fn mutated_headers_neither_panic_nor_spend_memory() {
    check_mutants(20_000, 7);
}

/// `cargo test -p solwright-model a_million -- --ignored`: a minute or two.
#[test]
#[ignore = "takes minutes; what it does 20,000 times runs always"]
fn a_million_mutated_headers_neither_panic_nor_spend_memory() {
    check_mutants(1_000_000, 8);
}

#[track_caller]
fn check_mutants(count: usize, seed: u64) {
    let whole = small().bytes();
    let header = header_length(&whole);
    let mut random = Random(seed);
    let mut bytes = whole.clone();
    for mutant in 0..count {
        bytes.copy_from_slice(&whole);
        for _ in 0..=random.below(2) {
            random.mutate(&mut bytes[..header]);
        }
        LARGEST.set(0);
        let parsed = Gguf::parse("mutant", &bytes).and_then(|gguf| Config::read(&gguf));
        // The regular expression takes milliseconds to compile, so that the rest is tried on a sample only.
        if mutant % 64 == 0 && mutant < 64_000 && parsed.is_ok() {
            let _ = Model::load(ModelSource::Bytes(bytes.clone().leak()), DeviceChoice::Cpu);
        }
        assert!(LARGEST.get() < 2 * whole.len() + (8 << 20), "mutant {mutant} asked for {} bytes", LARGEST.get());
    }
}

#[test]
fn absurd_counts_are_refused_before_anything_is_allocated() {
    for (at, what) in [(8, "tensors"), (16, "metadata entries")] {
        for count in [u64::MAX, 1 << 60, 1 << 20] {
            let mut bytes = small().bytes();
            bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
            let message = check(&bytes).unwrap_err().to_string();
            assert!(message.contains(what) && message.contains("damaged"), "{message}");
        }
    }
}

#[test]
fn foreign_and_incomplete_files_are_named_with_a_remedy() {
    let text = |text: &str| Some(Value::String(text.into()));
    let cases = [
        ("general.architecture", text("mamba"), "its architecture is `mamba`; use a GGUF of the families"),
        ("general.architecture", None, "it names no architecture"),
        ("general.alignment", Some(Value::U32(0)), "its alignment is Unsigned(0)"),
        ("qwen2.rope.scaling.type", text("yarn"), "it scales its positions by `yarn`"),
        ("qwen2.block_count", None, "`qwen2.block_count` is missing"),
        ("qwen2.block_count", Some(Value::U32(u32::MAX)), "`qwen2.block_count` is 4294967295, expected 1 to 512"),
        ("qwen2.block_count", Some(Value::U32(3)), "the tensor `blk.1.attn_norm.weight` is missing"),
        ("qwen2.attention.head_count", Some(Value::U32(0)), "`qwen2.attention.head_count` is 0"),
        ("qwen2.attention.head_count", Some(Value::U32(3)), "3 heads and 1 KV heads do not divide"),
        ("qwen2.embedding_length", Some(Value::U32(64)), "`token_embd.weight` has shape [270, 32], expected [270, 64]"),
        ("qwen2.attention.layer_norm_rms_epsilon", Some(Value::F32(f32::NAN)), "layer_norm_rms_epsilon` is NaN"),
        ("tokenizer.ggml.tokens", None, "it holds no tokenizer"),
        ("tokenizer.ggml.tokens", Some(texts(&["a", "b"])), "expected [2, 32]"),
        ("tokenizer.ggml.tokens", Some(texts(&["a"; 270])), "its vocabulary holds a token twice"),
        ("tokenizer.ggml.model", text("llama"), "its tokenizer is of kind `llama`"),
        ("tokenizer.ggml.model", None, "it holds no tokenizer"),
        ("tokenizer.ggml.pre", text("gpt-4o"), "its pre-tokenizer is `gpt-4o`"),
        ("tokenizer.ggml.merges", None, "`tokenizer.ggml.merges` is missing"),
        ("tokenizer.ggml.merges", Some(texts(&["re Ġreturn"])), "the merge `re Ġreturn` is not in its vocabulary"),
        ("tokenizer.chat_template", text("{% for %}"), "its chat template does not compile"),
    ];
    for (key, value, expected) in cases {
        let message = check(&small().with(key, value).bytes()).unwrap_err().to_string();
        assert!(message.contains(expected), "`{key}`: {message}");
        assert!(message.contains("`fixture.gguf`") && message.contains("; "), "no file or remedy: {message}");
    }
}

#[test]
fn what_is_no_gguf_is_told_apart() {
    let refused = |bytes: &[u8]| check(bytes).unwrap_err().to_string();
    assert!(refused(b"").contains("it is empty"));
    assert!(refused(b"PK\x03\x04 zip").contains("is not a GGUF file: it starts with `PK\\x03\\x04`"));
    assert!(refused(b"GG").contains("is not a GGUF file"));
    assert!(refused(b"GGUF\x03").contains("it ends inside of the header"));
    assert!(refused(b"GGUF\x09\0\0\0").contains("it has GGUF version 9"));
    assert!(refused(b"GGUF\0\0\0\x03").contains("it is big-endian"));
}

#[test]
fn tensors_lie_inside_of_the_file_and_do_not_overlap() {
    let whole = small().bytes();
    let header = header_length(&whole);
    let data = whole.len() - header;
    let mut beyond = whole.clone();
    set_offset(&mut beyond, "output_norm.weight", 1, data as u64);
    assert!(check(&beyond).unwrap_err().to_string().contains("the tensor `output_norm.weight` ends beyond the file"));

    // All tensors at the start, and only enough data for the largest.
    let gguf = Gguf::parse("fixture.gguf", &whole).unwrap();
    let mut folded = whole[..header + data / 2].to_vec();
    for (name, info) in gguf.tensors() {
        set_offset(&mut folded, name, info.shape.len(), 0);
    }
    assert!(check(&folded).unwrap_err().to_string().contains("its tensors overlap"));
}

#[test]
fn paths_that_hold_no_model_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.gguf");
    let message = load(missing).unwrap_err().to_string();
    assert!(message.contains("missing.gguf`") && message.contains("check the path"), "{message}");
    assert!(load(folder.path().to_owned()).is_err());
    let empty = folder.path().join("empty.gguf");
    std::fs::File::create(&empty).unwrap();
    assert!(load(empty).unwrap_err().to_string().contains("it is empty"));
}

#[test]
fn a_slice_at_any_address_loads() {
    let padded: &'static [u8] = [&[0u8][..], &small().bytes()].concat().leak();
    for start in [1, 0] {
        let bytes = if start == 1 { &padded[1..] } else { [&padded[1..]].concat().leak() };
        assert!(Model::load(ModelSource::Bytes(bytes), DeviceChoice::Cpu).is_ok());
    }
}

#[test]
fn a_file_on_disk_loads_like_its_bytes() {
    let bytes = small().leak();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let (from_path, from_bytes) =
        (load(file.path().to_owned()).unwrap(), Model::load(ModelSource::Bytes(bytes), DeviceChoice::Auto).unwrap());
    assert_eq!(from_path.sha256().unwrap(), from_bytes.sha256().unwrap());
    let info = from_path.info();
    assert_eq!(
        (info.name.as_str(), info.quantization.as_str(), info.license.as_deref()),
        ("fixture", "Q8_0", Some("mit"))
    );
    assert_eq!((info.context_length, info.vocabulary, info.bytes), (512, 270, bytes.len() as u64));
    assert_eq!((info.device.as_str(), info.path.as_deref()), ("cpu", Some(file.path())));
}

#[test]
fn weights_that_another_left_packed_say_the_same() {
    let (mut file, folder) = (tempfile::NamedTempFile::new().unwrap(), tempfile::tempdir().unwrap());
    file.write_all(small().leak()).unwrap();
    let source = ModelSource::Path(file.path().to_owned());
    let shared = || Model::load_shared(source.clone(), DeviceChoice::Cpu, folder.path()).unwrap();
    let first = shared();
    first.share(folder.path()).unwrap();
    let second = shared();
    let reason = |model: &Model| model.info().device_reason.clone();
    assert!(!reason(&first).contains("shared") && reason(&second).ends_with("; weights shared"), "{}", reason(&second));
    let logits = |model: &Model| model.session().prefill(&[1, 2, 3], &crate::Cancel::new()).unwrap();
    assert_eq!(logits(&first), logits(&second));
}

#[test]
#[cfg(not(any(feature = "cuda", feature = "metal")))]
fn a_gpu_that_this_build_cannot_use_is_refused() {
    let error = Model::load(ModelSource::Bytes(small().leak()), DeviceChoice::Cuda(0)).unwrap_err();
    assert!(error.to_string().starts_with("the device `cuda:0` is not available: "), "{error}");
}

fn small() -> Fixture {
    Fixture { layers: 1, hidden: 32, heads: 2, kv_heads: 1, feed_forward: 64, ..Fixture::new(Quantization::Q8_0) }
}

/// All that is checked before weights are loaded.
fn check(bytes: &[u8]) -> Result<(), ModelError> {
    let gguf = Gguf::parse("fixture.gguf", bytes)?;
    Config::read(&gguf)?;
    let tokenizer = Tokenizer::read(&gguf)?;
    crate::model::read_template(&gguf, &tokenizer).map(drop)
}

fn load(path: PathBuf) -> Result<Model, ModelError> {
    Model::load(ModelSource::Path(path), DeviceChoice::Cpu)
}

fn texts(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| Value::String((*text).into())).collect())
}

/// Where the last tensor's description ends: 4 bytes of type and 8 of offset after its name and shape.
fn header_length(bytes: &[u8]) -> usize {
    let last = b"blk.0.ffn_down.weight";
    bytes.windows(last.len()).position(|window| window == last).unwrap() + last.len() + 4 + 2 * 8 + 4 + 8
}

/// Rewrites where a tensor of `rank` dimensions lies.
fn set_offset(bytes: &mut [u8], name: &str, rank: usize, offset: u64) {
    let start = bytes.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
    let at = start + name.len() + 4 + 8 * rank + 4;
    bytes[at..at + 8].copy_from_slice(&offset.to_le_bytes());
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }

    /// Flips a bit, sets a byte, or writes a hostile number.
    fn mutate(&mut self, bytes: &mut [u8]) {
        let at = self.below(bytes.len());
        match self.below(4) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.below(5)],
            _ => {
                let numbers = [u64::MAX, 1 << 63, 1 << 40, 1 << 31, bytes.len() as u64, 0];
                let number = numbers[self.below(6)].to_le_bytes();
                let end = bytes.len().min(at + 8);
                bytes[at..end].copy_from_slice(&number[..end - at]);
            }
        }
    }
}

thread_local! {
    /// The largest single allocation that this thread asked for.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

struct Watch;

// SAFETY: everything is passed on to the system's allocator; a `Cell` in constant thread-local storage allocates nothing.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static WATCH: Watch = Watch;
