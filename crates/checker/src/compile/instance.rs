//! One running compiler: standard JSON in, standard JSON out.

use super::{
    glue,
    reshape::STACK_POINTER,
    soljson::GlueNames,
    state::{Runtime, State},
};
use std::time::Instant;
use thiserror::Error;
use wasmtime::{
    Engine, ExternType, Instance as Wasm, InstancePre, Memory, Module, Result, Store, TypedFunc, UpdateDeadline,
    WasmParams, WasmResults, format_err,
};

/// A compiler's module with its imports served, ready to start instances of.
pub(super) struct Program {
    pre: InstancePre<State>,
    glue: GlueNames,
    memory: String,
    table: String,
}

/// A compiler that has started. After an error it must be dropped: its memory is in no known state.
pub(super) struct Instance {
    store: Store<State>,
    memory: Memory,
    allocate: TypedFunc<i32, i32>,
    compile: TypedFunc<(i32, i32, i32), i32>,
    reset: TypedFunc<(), ()>,
}

/// A compile ran into its deadline.
#[derive(Debug, Error)]
#[error("the deadline has passed")]
pub(super) struct DeadlinePassed;

/// WebAssembly memory never shrinks; an instance beyond this size is replaced by a new one.
const BLOATED: usize = 512 << 20;

impl Program {
    pub fn new(module: &Module, glue: GlueNames) -> Result<Self> {
        let pre = glue::linker(module, &glue)?.instantiate_pre(module)?;
        let named = |wanted: fn(&ExternType) -> bool, what: &str| {
            let export = module.exports().find(|export| wanted(&export.ty()));
            export.map(|export| export.name().to_owned()).ok_or_else(|| format_err!("solc exports no {what}"))
        };
        let memory = named(|ty| matches!(ty, ExternType::Memory(_)), "memory")?;
        let table = named(|ty| matches!(ty, ExternType::Table(_)), "function table")?;
        Ok(Self { pre, glue, memory, table })
    }

    pub fn engine(&self) -> &Engine {
        self.pre.module().engine()
    }

    /// Starts an instance; less than a millisecond, for the module is compiled already.
    pub fn start(&self) -> Result<Instance> {
        let mut store = Store::new(self.engine(), State::new());
        store.epoch_deadline_callback(|store| {
            if Instant::now() < store.data().deadline {
                Ok(UpdateDeadline::Continue(1))
            } else {
                Err(DeadlinePassed.into())
            }
        });
        store.data_mut().deadline = Instant::now() + std::time::Duration::from_secs(10);
        store.set_epoch_deadline(1);
        let wasm = self.pre.instantiate(&mut store)?;
        let runtime = self.runtime(&mut store, &wasm)?;
        let memory = runtime.memory;
        if let Some(heap) = &self.glue.heap {
            memory.write(&mut store, heap.pointer, &heap.start.to_le_bytes())?;
        }
        store.data_mut().bind(runtime);
        self.function::<(), ()>(&mut store, &wasm, "___wasm_call_ctors")?.call(&mut store, ())?;
        Ok(Instance {
            memory,
            allocate: self.function(&mut store, &wasm, "_solidity_alloc")?,
            compile: self.function(&mut store, &wasm, "_solidity_compile")?,
            reset: self.function(&mut store, &wasm, "_solidity_reset")?,
            store,
        })
    }

    fn runtime(&self, store: &mut Store<State>, wasm: &Wasm) -> Result<Runtime> {
        let missing = || format_err!("solc exports no memory, function table or stack pointer");
        let stack_pointer = wasm.get_global(&mut *store, STACK_POINTER).ok_or_else(missing)?;
        let stack_save: TypedFunc<(), i32> = self.function(store, wasm, "stackSave")?;
        let stack = stack_save.call(&mut *store, ())?;
        if stack_pointer.get(&mut *store).i32() != Some(stack) {
            return Err(format_err!("solc's first global is not its stack pointer"));
        }
        Ok(Runtime {
            memory: wasm.get_memory(&mut *store, &self.memory).ok_or_else(missing)?,
            table: wasm.get_table(&mut *store, &self.table).ok_or_else(missing)?,
            stack_pointer,
            stack_restore: self.function(store, wasm, "stackRestore")?,
            set_threw: self.function(store, wasm, "_setThrew")?,
            malloc: self.function(store, wasm, "_malloc")?,
            free: self.function(store, wasm, "_free")?,
            can_catch: self.function(store, wasm, "___cxa_can_catch")?,
            is_pointer_type: self.function(store, wasm, "___cxa_is_pointer_type")?,
        })
    }

    fn function<P: WasmParams, R: WasmResults>(
        &self,
        store: &mut Store<State>,
        wasm: &Wasm,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        wasm.get_typed_func(store, self.glue.export(name)?)
    }
}

impl Instance {
    /// Compiles; an error means that this instance must be dropped.
    pub fn compile(&mut self, input: &str, deadline: Instant) -> Result<String> {
        self.store.data_mut().deadline = deadline;
        self.store.set_epoch_deadline(1);
        let input = self.write(input)?;
        // No import callback: every source travels inline, so that solc cannot see another text than the checker did.
        let output = self.compile.call(&mut self.store, (input, 0, 0))?;
        let output = self.read(output)?;
        self.reset.call(&mut self.store, ())?;
        Ok(output)
    }

    /// Whether a new instance would be the better next one.
    pub fn is_bloated(&self) -> bool {
        self.memory.data_size(&self.store) > BLOATED
    }

    fn write(&mut self, text: &str) -> Result<i32> {
        let size = i32::try_from(text.len() + 1).map_err(|_| format_err!("the sources are larger than 2 GB"))?;
        let address = self.allocate.call(&mut self.store, size)?;
        let start = address as u32 as usize;
        let room = self.memory.data_mut(&mut self.store).get_mut(start..start + text.len() + 1);
        let (room, end) = room.and_then(<[u8]>::split_last_mut).map(|(end, room)| (room, end)).ok_or_else(no_memory)?;
        room.copy_from_slice(text.as_bytes());
        *end = 0;
        Ok(address)
    }

    fn read(&self, address: i32) -> Result<String> {
        let data = self.memory.data(&self.store).get(address as u32 as usize..).ok_or_else(no_memory)?;
        let end = data.iter().position(|byte| *byte == 0).ok_or_else(no_memory)?;
        Ok(String::from_utf8_lossy(&data[..end]).into_owned())
    }
}

fn no_memory() -> wasmtime::Error {
    format_err!("solc ran out of memory")
}
