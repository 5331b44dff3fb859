//! Reads npm's `soljson.js`: the WebAssembly inside it, and the names by which its glue knows imports and exports.
//!
//! From 0.8.12 on the file calls one unpacking function with a base64 literal and the unpacked size. The literal is a row of LZ4
//! blocks, each behind a little-endian length whose top bit says that the block is stored as it is. Before, the literal is a data URL
//! that holds the wasm itself. The rest is Emscripten's glue: an object literal from the wasm's short import names to functions, and
//! one `var` for each export.

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
    /// Size of the unpacked wasm; `None` when it is not packed.
    unpacked: Option<usize>,
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
    /// Where the heap begins, when the glue has to say so.
    pub heap: Option<Heap>,
}

/// The heap of compilers before 0.8: the glue writes its start to a fixed address before the wasm runs.
pub(super) struct Heap {
    /// Address of the number.
    pub pointer: usize,
    /// The number.
    pub start: u32,
}

/// Why a `soljson.js` cannot be read.
#[derive(Debug, Error)]
pub enum SoljsonError {
    /// Compilers before 0.6.11 carry another Emscripten's glue.
    #[error("its glue is older than Solwright reads, put a native `solc` of that version on the PATH")]
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
const DATA_URL: &str = "data:application/octet-stream;base64,";

impl<'js> Soljson<'js> {
    /// Takes the file apart without unpacking its WebAssembly.
    pub fn read(js: &'js str) -> Result<Self, SoljsonError> {
        if let Some((_, rest)) = js.split_once("})(\"") {
            let (payload, rest) = rest.split_once('"').ok_or(SoljsonError::Layout("end of its WebAssembly"))?;
            let digits = rest.trim_start_matches([',', ' ']).split(|c: char| !c.is_ascii_digit()).next();
            let unpacked = digits.and_then(|digits| digits.parse().ok()).filter(|size| *size <= MAX_UNPACKED);
            let unpacked = Some(unpacked.ok_or(SoljsonError::Layout("size of its WebAssembly"))?);
            return Ok(Self { payload, unpacked, glue: GlueNames::read(rest)? });
        }
        let mut urls = js.match_indices(DATA_URL).map(|(at, url)| &js[at + url.len()..]);
        let literal = urls.find(|rest| !rest.starts_with('"')).ok_or(SoljsonError::Layout("packed WebAssembly"))?;
        let (payload, _) = literal.split_once('"').ok_or(SoljsonError::Layout("end of its WebAssembly"))?;
        Ok(Self { payload, unpacked: None, glue: GlueNames::read(js)? })
    }

    /// Unpacks the WebAssembly.
    pub fn wasm(&self) -> Result<Vec<u8>, SoljsonError> {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let packed = GeneralPurpose::new(&STANDARD, config).decode(self.payload).map_err(damaged)?;
        let wasm = match self.unpacked {
            Some(size) => unpack(&packed, size)?,
            None => packed,
        };
        if wasm.starts_with(b"\0asm") { Ok(wasm) } else { Err(SoljsonError::Layout("WebAssembly header")) }
    }
}

impl GlueNames {
    fn read(glue: &str) -> Result<Self, SoljsonError> {
        const TABLE: &str = "asmLibraryArg";
        let mut tables = glue.match_indices(TABLE).filter_map(|(at, _)| {
            let set = glue[at + TABLE.len()..].trim_start().strip_prefix('=')?;
            set.trim_start().strip_prefix('{')?.split_once('}')
        });
        let (table, rest) = tables.next().ok_or(SoljsonError::OlderGlue)?;
        let pair = |entry: &str| {
            let (short, name) = entry.split_once(':')?;
            Some((short.trim().trim_matches('"').to_owned(), name.trim().to_owned()))
        };
        let imports = table.split(',').filter_map(pair).collect();
        let export = |statement: &str| {
            let (left, right) = statement.trim_start().strip_prefix("var ")?.split_once('=')?;
            let (_, short) = right.split_once("asm[\"").or_else(|| right.split_once("asm\"][\""))?;
            Some((left.trim().to_owned(), short.split('"').next()?.to_owned()))
        };
        let exports: HashMap<_, _> = rest.split([';', '\n']).filter_map(export).collect();
        if exports.is_empty() {
            Err(SoljsonError::OlderGlue)
        } else {
            Ok(Self { imports, exports, heap: Heap::read(glue) })
        }
    }

    /// The wasm's short name of an export.
    pub fn export(&self, name: &str) -> wasmtime::Result<&str> {
        self.exports.get(name).map(String::as_str).ok_or_else(|| wasmtime::format_err!("solc's glue has no `{name}`"))
    }
}

impl Heap {
    /// From `var DYNAMIC_BASE=6195792,DYNAMICTOP_PTR=952736;`
    fn read(glue: &str) -> Option<Self> {
        let number = |name: &str| {
            let digits = glue.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start();
            digits.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
        };
        Some(Self { pointer: number("DYNAMICTOP_PTR")? as usize, start: number("DYNAMIC_BASE")? })
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
        let js = "var wasmBinaryFile=\"data:application/octet-stream;base64,AGFzbQE=\";var asm2wasmImports={}";
        assert!(matches!(Soljson::read(js), Err(SoljsonError::OlderGlue)));
    }

    #[test]
    fn an_unpacked_literal_and_exports_on_one_line_are_read() {
        let js = "var dataURIPrefix=\"data:application/octet-stream;base64,\";var DYNAMIC_BASE=6195792,DYNAMICTOP_PTR=952736;\
                  var wasmBinaryFile=\"data:application/octet-stream;base64,AGFzbQEAAAA=\";\
                  var asmLibraryArg={\"a\":_abort,\"memory\":wasmMemory};var asm=createWasm();var _free=Module[\"_free\"]=asm[\"Kb\"];\
                  var _malloc=Module[\"_malloc\"]=function(){return(_malloc=Module[\"_malloc\"]=Module[\"asm\"][\"Lb\"]).apply(null,arguments)};";
        let read = Soljson::read(js).unwrap();
        assert_eq!(read.wasm().unwrap(), b"\0asm\x01\0\0\0");
        assert_eq!((read.glue.imports["a"].as_str(), read.glue.exports["_free"].as_str()), ("_abort", "Kb"));
        assert_eq!(read.glue.exports["_malloc"], "Lb");
        assert_eq!(read.glue.heap.map(|heap| (heap.pointer, heap.start)), Some((952736, 6195792)));
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
