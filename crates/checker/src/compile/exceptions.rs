//! C++ exceptions of Emscripten's JavaScript flavour, served by the host (`__cxa_*`).
//!
//! A thrown object lies behind a header of 24 bytes: reference count, type, destructor, caught and rethrown flags, adjusted
//! pointer. Throwing is a host error that unwinds to the nearest `invoke_*` (see `invoke.rs`), which turns it into the flag that
//! the wasm's landing pads read.

use super::state::{Host, State, read_flag, read_i32, runtime, table_function, write_flag, write_i32};
use std::fmt;
use wasmtime::{FuncType, Linker, Result, Val, format_err};

/// The host error that stands for a C++ exception in flight.
#[derive(Debug)]
pub(super) struct Thrown;

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("uncaught C++ exception")
    }
}

impl std::error::Error for Thrown {}

const HEADER: i32 = 24;

/// Addresses of the header's fields, from the address of the thrown object.
mod field {
    pub fn references(object: i32) -> i32 {
        object - 24
    }
    pub fn kind(object: i32) -> i32 {
        object - 20
    }
    pub fn destructor(object: i32) -> i32 {
        object - 16
    }
    pub fn caught(object: i32) -> i32 {
        object - 12
    }
    pub fn rethrown(object: i32) -> i32 {
        object - 11
    }
    pub fn adjusted(object: i32) -> i32 {
        object - 8
    }
}

/// Defines the import when it is one of the exception runtime's; says whether it was.
pub(super) fn define(linker: &mut Linker<State>, module: &str, short: &str, name: &str, ty: FuncType) -> Result<bool> {
    match name {
        "___cxa_allocate_exception" => linker.func_wrap(module, short, allocate)?,
        "___cxa_free_exception" => linker.func_wrap(module, short, free)?,
        "___cxa_throw" => linker.func_wrap(module, short, throw)?,
        "___cxa_rethrow" => linker.func_wrap(module, short, rethrow)?,
        "___resumeException" => linker.func_wrap(module, short, resume)?,
        "___cxa_begin_catch" => linker.func_wrap(module, short, begin_catch)?,
        "___cxa_end_catch" => linker.func_wrap(module, short, end_catch)?,
        "___cxa_uncaught_exceptions" => {
            linker.func_wrap(module, short, |host: Host<'_>| host.data().exceptions.uncaught)?
        }
        "_llvm_eh_typeid_for" => linker.func_wrap(module, short, |kind: i32| kind)?,
        _ if name.starts_with("___cxa_find_matching_catch") => {
            linker.func_new(module, short, ty, |mut host, kinds, results| {
                let kinds: Vec<i32> = kinds.iter().filter_map(Val::i32).collect();
                let object = find_matching_catch(&mut host, &kinds)?;
                results
                    .first_mut()
                    .map(|result| *result = Val::I32(object))
                    .ok_or_else(|| format_err!("no result to write"))
            })?
        }
        _ => return Ok(false),
    };
    Ok(true)
}

fn allocate(mut host: Host<'_>, size: i32) -> Result<i32> {
    let malloc = runtime(&host)?;
    Ok(malloc.malloc.call(&mut host, size.wrapping_add(HEADER))?.wrapping_add(HEADER))
}

fn free(mut host: Host<'_>, object: i32) -> Result<()> {
    let runtime = runtime(&host)?;
    runtime.free.call(&mut host, object - HEADER)
}

fn throw(mut host: Host<'_>, object: i32, kind: i32, destructor: i32) -> Result<()> {
    write_i32(&mut host, field::adjusted(object), 0)?;
    write_i32(&mut host, field::kind(object), kind)?;
    write_i32(&mut host, field::destructor(object), destructor)?;
    write_i32(&mut host, field::references(object), 0)?;
    write_flag(&mut host, field::caught(object), false)?;
    write_flag(&mut host, field::rethrown(object), false)?;
    let exceptions = &mut host.data_mut().exceptions;
    exceptions.last = object;
    exceptions.uncaught += 1;
    Err(Thrown.into())
}

fn rethrow(mut host: Host<'_>) -> Result<()> {
    let object = host.data_mut().exceptions.caught.pop().ok_or_else(|| format_err!("solc rethrew no exception"))?;
    if !read_flag(&host, field::rethrown(object))? {
        write_flag(&mut host, field::rethrown(object), true)?;
        write_flag(&mut host, field::caught(object), false)?;
        let exceptions = &mut host.data_mut().exceptions;
        exceptions.caught.push(object);
        exceptions.uncaught += 1;
    }
    host.data_mut().exceptions.last = object;
    Err(Thrown.into())
}

fn resume(mut host: Host<'_>, object: i32) -> Result<()> {
    let last = &mut host.data_mut().exceptions.last;
    if *last == 0 {
        *last = object;
    }
    Err(Thrown.into())
}

fn begin_catch(mut host: Host<'_>, object: i32) -> Result<i32> {
    if !read_flag(&host, field::caught(object))? {
        write_flag(&mut host, field::caught(object), true)?;
        host.data_mut().exceptions.uncaught -= 1;
    }
    write_flag(&mut host, field::rethrown(object), false)?;
    host.data_mut().exceptions.caught.push(object);
    let references = read_i32(&host, field::references(object))?;
    write_i32(&mut host, field::references(object), references + 1)?;
    caught_pointer(&mut host, object)
}

/// What the handler gets: the object, its adjusted base, or the pointer that was thrown by value.
fn caught_pointer(host: &mut Host<'_>, object: i32) -> Result<i32> {
    let kind = read_i32(host, field::kind(object))?;
    let runtime = runtime(host)?;
    if runtime.is_pointer_type.call(&mut *host, kind)? != 0 {
        return read_i32(host, object);
    }
    let adjusted = read_i32(host, field::adjusted(object))?;
    Ok(if adjusted == 0 { object } else { adjusted })
}

fn end_catch(mut host: Host<'_>) -> Result<()> {
    let runtime = runtime(&host)?;
    runtime.set_threw.call(&mut host, (0, 0))?;
    let object =
        host.data_mut().exceptions.caught.pop().ok_or_else(|| format_err!("solc ended a catch it had not begun"))?;
    let references = read_i32(&host, field::references(object))? - 1;
    write_i32(&mut host, field::references(object), references)?;
    if references == 0 && !read_flag(&host, field::rethrown(object))? {
        let destructor = read_i32(&host, field::destructor(object))?;
        if destructor != 0 {
            let function = table_function(&mut host, destructor)?;
            let mut returned = vec![Val::I32(0); function.ty(&host).results().len()];
            function.call(&mut host, &[Val::I32(object)], &mut returned)?;
        }
        runtime.free.call(&mut host, object - HEADER)?;
    }
    host.data_mut().exceptions.last = 0;
    Ok(())
}

/// Finds the handler's type for the exception in flight, in the order of the landing pad's clauses.
fn find_matching_catch(host: &mut Host<'_>, kinds: &[i32]) -> Result<i32> {
    let object = host.data().exceptions.last;
    if object == 0 {
        host.data_mut().temporary = 0;
        return Ok(0);
    }
    write_i32(host, field::adjusted(object), object)?;
    let thrown = read_i32(host, field::kind(object))?;
    let mut selected = thrown;
    if thrown != 0 {
        let runtime = runtime(host)?;
        for &kind in kinds {
            if kind == 0 || kind == thrown {
                break;
            }
            if runtime.can_catch.call(&mut *host, (kind, thrown, field::adjusted(object)))? != 0 {
                selected = kind;
                break;
            }
        }
    }
    host.data_mut().temporary = selected;
    Ok(object)
}
