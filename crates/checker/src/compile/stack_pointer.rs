//! Adds an export to a WebAssembly binary: its stack pointer, under a name of our own.
//!
//! Every `invoke_*` remembers the C++ stack before the call. Read through the wasm's own `stackSave` that is one more call into
//! the wasm each time; read from the global it is a load. LLVM always makes the stack pointer the first global.

/// The name of the added export; the wasm's own are one or two letters.
pub(super) const EXPORT: &str = "solwright.stack_pointer";

const EXPORT_SECTION: u8 = 7;
const GLOBAL: u8 = 3;

/// The binary with global 0 exported as [`EXPORT`]; `None` when the binary is cut short.
pub(super) fn export(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut out = wasm.get(..8)?.to_vec();
    let mut rest = &wasm[8..];
    while let Some((&id, after)) = rest.split_first() {
        let (size, body) = read_leb(after)?;
        let (section, tail) = body.split_at_checked(size)?;
        if id == EXPORT_SECTION {
            push_section(&mut out, id, &with_export(section)?);
        } else {
            push_section(&mut out, id, section);
        }
        rest = tail;
    }
    Some(out)
}

fn with_export(section: &[u8]) -> Option<Vec<u8>> {
    let (count, exports) = read_leb(section)?;
    let mut body = Vec::with_capacity(section.len() + EXPORT.len() + 8);
    push_leb(&mut body, count + 1);
    body.extend_from_slice(exports);
    push_leb(&mut body, EXPORT.len());
    body.extend_from_slice(EXPORT.as_bytes());
    body.extend_from_slice(&[GLOBAL, 0]);
    Some(body)
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

    #[test]
    fn the_first_global_becomes_an_export() {
        let wasm =
            [b"\0asm\x01\0\0\0".as_slice(), &[6, 6, 1, 0x7f, 1, 0x41, 5, 0x0b], &[7, 5, 1, 1, b'g', 3, 0]].concat();
        let exported = export(&wasm).unwrap();
        let module = wasmtime::Module::new(&wasmtime::Engine::default(), exported).unwrap();
        let names: Vec<_> = module.exports().map(|export| export.name().to_owned()).collect();
        assert_eq!(names, ["g", EXPORT]);
    }

    #[test]
    fn a_binary_cut_short_is_refused() {
        assert_eq!(export(b"\0asm"), None);
        assert_eq!(export(b"\0asm\x01\0\0\0\x07\xff"), None);
    }
}
