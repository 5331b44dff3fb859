//! Serves the imports that Emscripten's JavaScript glue serves in a browser.
//!
//! solc needs few of them: calls that may throw (`invoke.rs`), the exception runtime (`exceptions.rs`), memory and a clock. It
//! reads no file, no environment and no input here, so the rest answer "not supported" or zero.

use super::{
    exceptions, invoke,
    soljson::GlueNames,
    state::{Host, State, bytes_mut, read_i32, runtime, write_i32},
};
use std::time::{SystemTime, UNIX_EPOCH};
use wasmtime::{ExternType, FuncType, Linker, Module, Result, Val, ValType, format_err};

/// WASI's "not supported".
const ENOTSUP: i32 = 52;
/// WebAssembly's unit of memory.
const PAGE: usize = 64 << 10;

/// A linker that serves every import of the module.
pub(super) fn linker(module: &Module, glue: &GlueNames) -> Result<Linker<State>> {
    let mut linker = Linker::new(module.engine());
    for (number, import) in module.imports().enumerate() {
        let (from, short) = (import.module(), import.name());
        let name = glue.imports.get(short).ok_or_else(|| format_err!("solc's glue has no import `{short}`"))?;
        let ExternType::Func(ty) = import.ty() else {
            return Err(format_err!("solc imports something other than a function: `{name}`"));
        };
        if let Some(letters) = name.strip_prefix("invoke_") {
            invoke::define(&mut linker, (from, short), letters, number, ty)?;
        } else if !exceptions::define(&mut linker, from, short, name, ty.clone())? {
            define_system(&mut linker, from, short, name, ty)?;
        }
    }
    Ok(linker)
}

fn define_system(linker: &mut Linker<State>, from: &str, short: &str, name: &str, ty: FuncType) -> Result<()> {
    match name {
        "_getTempRet0" => linker.func_wrap(from, short, |host: Host<'_>| host.data().temporary)?,
        "_setTempRet0" => {
            linker.func_wrap(from, short, |mut host: Host<'_>, value: i32| host.data_mut().temporary = value)?
        }
        "_emscripten_memcpy_big" => linker.func_new(from, short, ty, |host, arguments, results| {
            copy(host, arguments)?;
            results.iter_mut().zip(arguments).for_each(|(result, destination)| *result = *destination);
            Ok(())
        })?,
        "_emscripten_resize_heap" => linker.func_wrap(from, short, resize_heap)?,
        "_fd_write" => linker.func_wrap(from, short, swallow_output)?,
        "_environ_sizes_get" => linker.func_wrap(from, short, empty_environment)?,
        "__emscripten_date_now" | "_emscripten_get_now" => linker.func_wrap(from, short, milliseconds)?,
        "__emscripten_get_now_is_monotonic" => linker.func_wrap(from, short, || 1i32)?,
        // The C library divides by the size of a page.
        "_sysconf" => linker.func_wrap(from, short, |_: i32| PAGE as i32)?,
        "_abort" | "_exit" | "_proc_exit" => {
            linker.func_new(from, short, ty, |_, _, _| Err(format_err!("solc gave up (`abort`)")))?
        }
        _ => {
            let answer = if name.starts_with("_fd_") { ENOTSUP } else { 0 };
            let answers: Vec<Val> = ty.results().map(|ty| of_type(&ty, answer)).collect();
            linker.func_new(from, short, ty, move |_, _, results| {
                results.copy_from_slice(&answers);
                Ok(())
            })?
        }
    };
    Ok(())
}

fn copy(mut host: Host<'_>, arguments: &[Val]) -> Result<()> {
    let [Val::I32(destination), Val::I32(source), Val::I32(length)] = arguments else {
        return Err(format_err!("solc's `memcpy` has other arguments than expected"));
    };
    let [destination, source, length] = [destination, source, length].map(|value| *value as u32 as usize);
    let memory = runtime(&host)?.memory;
    let data = memory.data_mut(&mut host);
    if source + length > data.len() || destination + length > data.len() {
        return Err(format_err!("solc copies outside its memory"));
    }
    data.copy_within(source..source + length, destination);
    Ok(())
}

/// Grows by a fifth at least, as the glue does, so that a large compile does not ask page by page.
fn resize_heap(mut host: Host<'_>, requested: i32) -> Result<i32> {
    let memory = runtime(&host)?.memory;
    let size = memory.data_size(&host);
    let wanted = (requested as u32 as usize).max(size + size / 5);
    let pages = (wanted - size).div_ceil(PAGE);
    Ok(i32::from(memory.grow(&mut host, pages as u64).is_ok()))
}

/// Takes what solc would print; its answer comes as JSON, this would be noise.
fn swallow_output(mut host: Host<'_>, _file: i32, vectors: i32, count: i32, written: i32) -> Result<i32> {
    let mut total = 0i32;
    for vector in 0..count {
        total = total.wrapping_add(read_i32(&host, vectors + 8 * vector + 4)?);
    }
    write_i32(&mut host, written, total)?;
    Ok(0)
}

fn empty_environment(mut host: Host<'_>, count: i32, size: i32) -> Result<i32> {
    bytes_mut(&mut host, count, 4)?.fill(0);
    bytes_mut(&mut host, size, 4)?.fill(0);
    Ok(0)
}

fn of_type(ty: &ValType, value: i32) -> Val {
    match ty {
        ValType::I64 => Val::I64(value.into()),
        ValType::F32 => Val::F32((value as f32).to_bits()),
        ValType::F64 => Val::F64(f64::from(value).to_bits()),
        _ => Val::I32(value),
    }
}

fn milliseconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e3)
}
