//! What the glue keeps between calls, and checked access to the compiler's memory.

use std::{sync::Arc, time::Instant};
use wasmtime::{Caller, Func, Global, Memory, Ref, Result, Table, TypedFunc, format_err};

/// The host's side of one instance.
pub(super) struct State {
    runtime: Option<Arc<Runtime>>,
    /// When a compile must have ended.
    pub deadline: Instant,
    /// Functions of the wasm's table that were called through `invoke_*`, each with the number of the signature it was checked for.
    pub checked: Vec<Option<(Func, usize)>>,
    /// The C++ runtime's exceptions.
    pub exceptions: Exceptions,
    /// The upper half of a 64-bit result, and the type that a landing pad selects.
    pub temporary: i32,
}

/// What the C++ runtime knows of exceptions in flight; each is the address of the thrown object.
#[derive(Default)]
pub(super) struct Exceptions {
    pub last: i32,
    pub caught: Vec<i32>,
    pub uncaught: i32,
}

/// Exports that the glue itself calls.
pub(super) struct Runtime {
    pub memory: Memory,
    pub table: Table,
    pub stack_pointer: Global,
    pub stack_restore: TypedFunc<i32, ()>,
    pub set_threw: TypedFunc<(i32, i32), ()>,
    pub malloc: TypedFunc<i32, i32>,
    pub free: TypedFunc<i32, ()>,
    pub can_catch: TypedFunc<(i32, i32, i32), i32>,
    pub is_pointer_type: TypedFunc<i32, i32>,
}

pub(super) type Host<'a> = Caller<'a, State>;

impl State {
    pub fn new() -> Self {
        Self {
            runtime: None,
            deadline: Instant::now(),
            checked: Vec::new(),
            exceptions: Exceptions::default(),
            temporary: 0,
        }
    }

    pub fn bind(&mut self, runtime: Runtime) {
        self.runtime = Some(Arc::new(runtime));
    }

    pub fn runtime(&self) -> Result<&Arc<Runtime>> {
        self.runtime.as_ref().ok_or_else(|| format_err!("solc called its host before it was ready"))
    }
}

pub(super) fn runtime(host: &Host<'_>) -> Result<Arc<Runtime>> {
    host.data().runtime().cloned()
}

/// The bytes from `address` on; a C++ pointer is unsigned, whatever the wasm type says.
pub(super) fn bytes<'a>(host: &'a Host<'_>, address: i32, length: usize) -> Result<&'a [u8]> {
    let memory = host.data().runtime()?.memory;
    let start = address as u32 as usize;
    memory.data(host).get(start..start + length).ok_or_else(|| out_of_bounds(address))
}

pub(super) fn bytes_mut<'a>(host: &'a mut Host<'_>, address: i32, length: usize) -> Result<&'a mut [u8]> {
    let memory = host.data().runtime()?.memory;
    let start = address as u32 as usize;
    memory.data_mut(host).get_mut(start..start + length).ok_or_else(|| out_of_bounds(address))
}

pub(super) fn read_i32(host: &Host<'_>, address: i32) -> Result<i32> {
    let bytes = bytes(host, address, 4)?;
    Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

pub(super) fn write_i32(host: &mut Host<'_>, address: i32, value: i32) -> Result<()> {
    bytes_mut(host, address, 4)?.copy_from_slice(&value.to_le_bytes());
    Ok(())
}

pub(super) fn read_flag(host: &Host<'_>, address: i32) -> Result<bool> {
    Ok(bytes(host, address, 1)?[0] != 0)
}

pub(super) fn write_flag(host: &mut Host<'_>, address: i32, value: bool) -> Result<()> {
    bytes_mut(host, address, 1)?[0] = u8::from(value);
    Ok(())
}

/// The function behind a C++ function pointer.
pub(super) fn table_function(host: &mut Host<'_>, index: i32) -> Result<Func> {
    let table = runtime(host)?.table;
    match table.get(host, u64::from(index as u32)) {
        Some(Ref::Func(Some(function))) => Ok(function),
        _ => Err(format_err!("solc called an empty entry of its function table")),
    }
}

fn out_of_bounds(address: i32) -> wasmtime::Error {
    format_err!("solc handed its host an address outside its memory: {:#x}", address as u32)
}
