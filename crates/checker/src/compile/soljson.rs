//! Reads npm's `soljson.js`: the WebAssembly inside it, and the names by which its glue knows imports and exports.
//!
//! The file calls one unpacking function with a base64 literal and the unpacked size. The literal is a row of LZ4 blocks, each
//! behind a little-endian length whose top bit says that the block is stored as it is. The rest is Emscripten's glue: an object
//! literal from the wasm's short import names to functions, and one `var` for each export.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use std::collections::HashMap;
use thiserror::Error;

/// A `soljson.js`, taken apart.
pub(super) struct Soljson<'js> {
    payload: &'js str,
    unpacked: usize,
    /// The glue's names.
    pub glue: GlueNames,
}

/// How the glue calls what the wasm imports and exports.
#[derive(Default)]
pub(super) struct GlueNames {
    /// From the wasm's short import name to the glue's function, for example `b` to `___cxa_find_matching_catch_2`.
    pub imports: HashMap<String, String>,
    /// From the glue's name to the wasm's short export name, for example `_solidity_compile` to `Fb`.
    pub exports: HashMap<String, String>,
}

/// Why a `soljson.js` cannot be read.
#[derive(Debug, Error)]
pub enum SoljsonError {
    /// Compilers before 0.8.17 carry another Emscripten's glue.
    #[error("its glue is older than Solwright reads, use a native `solc` of that version")]
    OlderGlue,
    /// The file is no `soljson.js` that is known.
    #[error("it has no {0}, so it is no `soljson.js` of npm's `solc` package")]
    Layout(&'static str),
    /// The file is damaged.
    #[error("its WebAssembly does not unpack ({0}), install it again")]
    Payload(String),
}

/// No solc is near this size; a larger number in the file is damage.
const MAX_UNPACKED: usize = 256 << 20;

impl<'js> Soljson<'js> {
    /// Takes the file apart without unpacking its WebAssembly.
    pub fn read(js: &'js str) -> Result<Self, SoljsonError> {
        let Some((_, rest)) = js.split_once("})(\"") else {
            let older = js.contains("data:application/octet-stream;base64,");
            return Err(if older { SoljsonError::OlderGlue } else { SoljsonError::Layout("packed WebAssembly") });
        };
        let (payload, rest) = rest.split_once('"').ok_or(SoljsonError::Layout("end of its WebAssembly"))?;
        let digits = rest.trim_start_matches([',', ' ']).split(|c: char| !c.is_ascii_digit()).next();
        let unpacked = digits.and_then(|digits| digits.parse().ok()).filter(|size| *size <= MAX_UNPACKED);
        let unpacked = unpacked.ok_or(SoljsonError::Layout("size of its WebAssembly"))?;
        // Up to 0.8.16 a landing pad gets a `CatchInfo`, not the exception itself.
        if rest.contains("CatchInfo") {
            return Err(SoljsonError::OlderGlue);
        }
        Ok(Self { payload, unpacked, glue: GlueNames::read(rest)? })
    }

    /// Unpacks the WebAssembly.
    pub fn wasm(&self) -> Result<Vec<u8>, SoljsonError> {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let packed = GeneralPurpose::new(&STANDARD, config).decode(self.payload).map_err(damaged)?;
        let wasm = unpack(&packed, self.unpacked)?;
        if wasm.starts_with(b"\0asm") { Ok(wasm) } else { Err(SoljsonError::Layout("WebAssembly header")) }
    }
}

impl GlueNames {
    fn read(glue: &str) -> Result<Self, SoljsonError> {
        let table = glue.split_once("asmLibraryArg = {").and_then(|(_, rest)| rest.split_once('}'));
        let (table, rest) = table.ok_or(SoljsonError::OlderGlue)?;
        let pair = |entry: &str| {
            let (short, name) = entry.split_once(':')?;
            Some((short.trim().trim_matches('"').to_owned(), name.trim().to_owned()))
        };
        let imports = table.split(',').filter_map(pair).collect();
        let export = |line: &str| {
            let (left, right) = line.strip_prefix("var ")?.split_once("= asm[\"")?;
            Some((left.split_whitespace().next()?.to_owned(), right.split('"').next()?.to_owned()))
        };
        let exports: HashMap<_, _> = rest.lines().filter_map(export).collect();
        if exports.is_empty() { Err(SoljsonError::OlderGlue) } else { Ok(Self { imports, exports }) }
    }

    /// The wasm's short name of an export.
    pub fn export(&self, name: &str) -> wasmtime::Result<&str> {
        self.exports.get(name).map(String::as_str).ok_or_else(|| wasmtime::format_err!("solc's glue has no `{name}`"))
    }
}

fn unpack(packed: &[u8], size: usize) -> Result<Vec<u8>, SoljsonError> {
    let mut wasm = Vec::with_capacity(size);
    let mut rest = packed;
    while let Some((head, tail)) = rest.split_first_chunk::<4>() {
        let head = u32::from_le_bytes(*head);
        if head == 0 {
            break;
        }
        let length = (head & 0x7fff_ffff) as usize;
        let block = tail.get(..length).ok_or_else(|| damaged("a block is cut short"))?;
        if head >> 31 == 1 {
            wasm.extend_from_slice(block);
        } else {
            wasm.extend(lz4_flex::block::decompress(block, size.saturating_sub(wasm.len())).map_err(damaged)?);
        }
        rest = &tail[length..];
    }
    if wasm.len() == size { Ok(wasm) } else { Err(damaged("its size is not the one it states")) }
}

fn damaged(reason: impl ToString) -> SoljsonError {
    SoljsonError::Payload(reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_unpacks_stored_and_compressed_blocks() {
        let compressed = lz4_flex::block::compress(&[7; 100]);
        let mut packed = (8u32 | 1 << 31).to_le_bytes().to_vec();
        packed.extend(b"\0asm\x01\0\0\0");
        packed.extend((compressed.len() as u32).to_le_bytes());
        packed.extend(compressed);
        let literal = base64::engine::general_purpose::STANDARD.encode(packed);
        let js = format!(
            "unpack({{}})(\"{literal}\", 108);\nvar asmLibraryArg = {{ \"a\": _abort, \"b\": invoke_vi }};\nvar _free = Module[\"_free\"] = asm[\"Kb\"];\n"
        );
        let read = Soljson::read(&js).unwrap();
        assert_eq!(read.glue.imports["b"], "invoke_vi");
        assert_eq!(read.glue.exports["_free"], "Kb");
        assert_eq!(read.wasm().unwrap()[8..], [7; 100]);
    }

    #[test]
    fn an_older_glue_is_refused_by_name() {
        let up_to_0_8_11 = "var wasmBinaryFile=\"data:application/octet-stream;base64,AGFzbQE=\"";
        let up_to_0_8_16 = "unpack({})(\"AAAA\", 4);function CatchInfo(ptr){}";
        for js in [up_to_0_8_11, up_to_0_8_16] {
            assert!(matches!(Soljson::read(js), Err(SoljsonError::OlderGlue)), "{js}");
        }
    }

    #[test]
    fn damage_is_an_error() {
        for js in
            ["", "})(\"", "})(\"AAAA\", 99999999999999)", "})(\"AA!A\", 4)", "})(\"/////w==\", 12);asmLibraryArg = {}"]
        {
            let result = Soljson::read(js).map(|read| read.wasm());
            assert!(!matches!(result, Ok(Ok(_))), "{js}");
        }
    }
}
