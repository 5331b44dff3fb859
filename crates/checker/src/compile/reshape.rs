//! Brings a compiler's WebAssembly into the one shape that the rest expects.
//!
//! - Its stack pointer is exported, under a name of our own. Every `invoke_*` remembers the C++ stack before the call; read through
//!   the wasm's own `stackSave` that is one more call into the wasm each time, read from the global it is a load. LLVM always makes
//!   the stack pointer the first global.
//! - Its memory and its function table are its own, and exported. Compilers before 0.8 import them from their glue, which would tie a
//!   compiled module to one instance.

/// The name under which the stack pointer is exported; the wasm's own are one or two letters.
pub(super) const STACK_POINTER: &str = "solwright.stack_pointer";

const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const TABLES: u8 = 4;
const MEMORIES: u8 = 5;
const EXPORTS: u8 = 7;

/// Kinds of imports and exports.
mod kind {
    pub const FUNCTION: u8 = 0;
    pub const TABLE: u8 = 1;
    pub const MEMORY: u8 = 2;
    pub const GLOBAL: u8 = 3;
}

/// The binary in our shape; `None` when it is cut short or imports what no solc imports.
pub(super) fn reshape(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut out = wasm.get(..8)?.to_vec();
    let mut rest = &wasm[8..];
    let mut imports = Imports::default();
    while let Some((&id, after)) = rest.split_first() {
        let (size, body) = read_leb(after)?;
        let (section, tail) = body.split_at_checked(size)?;
        match id {
            IMPORTS => {
                imports = Imports::read(section)?;
                push_section(&mut out, id, &imports.functions());
            }
            EXPORTS => push_section(&mut out, id, &imports.exports(section)?),
            _ => push_section(&mut out, id, section),
        }
        // Sections stand in a fixed order, and a module that imports its memory or table has no section of that kind.
        if id == FUNCTIONS {
            imports.table.iter().for_each(|table| push_section(&mut out, TABLES, &one(table)));
            imports.memory.iter().for_each(|memory| push_section(&mut out, MEMORIES, &one(memory)));
        }
        rest = tail;
    }
    Some(out)
}

/// The imports of a module: functions as they stand, table and memory by their types.
#[derive(Default)]
struct Imports<'a> {
    functions: Vec<&'a [u8]>,
    table: Option<&'a [u8]>,
    memory: Option<&'a [u8]>,
}

impl<'a> Imports<'a> {
    fn read(section: &'a [u8]) -> Option<Self> {
        let (count, mut rest) = read_leb(section)?;
        let mut imports = Self::default();
        for _ in 0..count {
            let start = rest;
            let names = skip_name(skip_name(rest)?)?;
            let (&kind, ty) = names.split_first()?;
            let after = match kind {
                kind::FUNCTION => read_leb(ty)?.1,
                kind::TABLE => skip_limits(ty.get(1..)?)?,
                kind::MEMORY => skip_limits(ty)?,
                _ => return None,
            };
            match kind {
                kind::TABLE => imports.table = Some(&ty[..ty.len() - after.len()]),
                kind::MEMORY => imports.memory = Some(&ty[..ty.len() - after.len()]),
                _ => imports.functions.push(&start[..start.len() - after.len()]),
            }
            rest = after;
        }
        Some(imports)
    }

    fn functions(&self) -> Vec<u8> {
        let mut body = Vec::new();
        push_leb(&mut body, self.functions.len());
        self.functions.iter().for_each(|import| body.extend_from_slice(import));
        body
    }

    /// The export section with what we add.
    fn exports(&self, section: &[u8]) -> Option<Vec<u8>> {
        let table = self.table.map(|_| ("solwright.table", kind::TABLE));
        let memory = self.memory.map(|_| ("solwright.memory", kind::MEMORY));
        let added: Vec<_> = [Some((STACK_POINTER, kind::GLOBAL)), table, memory].into_iter().flatten().collect();
        let (count, exports) = read_leb(section)?;
        let mut body = Vec::with_capacity(section.len() + 64);
        push_leb(&mut body, count + added.len());
        body.extend_from_slice(exports);
        for (name, kind) in added {
            push_leb(&mut body, name.len());
            body.extend_from_slice(name.as_bytes());
            body.extend_from_slice(&[kind, 0]);
        }
        Some(body)
    }
}

fn skip_name(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = read_leb(bytes)?;
    rest.get(length..)
}

fn skip_limits(bytes: &[u8]) -> Option<&[u8]> {
    let (&has_maximum, rest) = bytes.split_first()?;
    let (_, rest) = read_leb(rest)?;
    if has_maximum & 1 == 1 { read_leb(rest).map(|(_, rest)| rest) } else { Some(rest) }
}

/// A vector of one element.
fn one(element: &[u8]) -> Vec<u8> {
    [&[1], element].concat()
}

fn push_section(out: &mut Vec<u8>, id: u8, body: &[u8]) {
    out.push(id);
    push_leb(out, body.len());
    out.extend_from_slice(body);
}

fn read_leb(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 127) << (7 * at);
        if byte & 128 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

fn push_leb(out: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exports_of(wasm: &[u8]) -> Vec<String> {
        let module = wasmtime::Module::new(&wasmtime::Engine::default(), reshape(wasm).unwrap()).unwrap();
        assert_eq!(module.imports().count(), 0);
        module.exports().map(|export| export.name().to_owned()).collect()
    }

    #[test]
    fn the_first_global_becomes_an_export() {
        let wasm =
            [b"\0asm\x01\0\0\0".as_slice(), &[6, 6, 1, 0x7f, 1, 0x41, 5, 0x0b], &[7, 5, 1, 1, b'g', 3, 0]].concat();
        assert_eq!(exports_of(&wasm), ["g", STACK_POINTER]);
    }

    #[test]
    fn an_imported_memory_and_table_become_the_modules_own() {
        let imports = [2, 17, 2, 1, b'a', 1, b'm', 2, 1, 1, 4, 1, b'a', 1, b't', 1, 0x70, 0, 3];
        let wasm = [
            b"\0asm\x01\0\0\0".as_slice(),
            &imports,
            &[3, 1, 0],
            &[6, 6, 1, 0x7f, 1, 0x41, 5, 0x0b],
            &[7, 5, 1, 1, b'g', 3, 0],
        ]
        .concat();
        assert_eq!(exports_of(&wasm), ["g", STACK_POINTER, "solwright.table", "solwright.memory"]);
    }

    #[test]
    fn a_binary_cut_short_is_refused() {
        assert_eq!(reshape(b"\0asm"), None);
        assert_eq!(reshape(b"\0asm\x01\0\0\0\x07\xff"), None);
        assert_eq!(reshape(b"\0asm\x01\0\0\0\x02\x04\x01\x01a\x09"), None);
    }
}
