//! `invoke_*`: the calls behind which C++ may catch.
//!
//! The glue has one for each signature: `invoke_vij(index, a, low, high)` calls the table's function `index` with an `i32` and an
//! `i64`. They are the hottest imports (hundreds of thousands a compile), so arguments stay raw and each table entry's type is
//! checked once.

use super::{
    exceptions::Thrown,
    state::{Host, State, runtime, table_function},
};
use std::mem::MaybeUninit;
use wasmtime::{Engine, Func, FuncType, Linker, Result, ValRaw, ValType, format_err};

/// One signature, in the glue's letters: `v` nothing, `i` and `j` integers of 32 and 64 bits, `f` and `d` floats.
struct Signature {
    /// A number of its own, by which checked table entries remember it.
    number: usize,
    result: u8,
    parameters: Vec<u8>,
    target: FuncType,
}

/// The longest signature that solc has takes 31 arguments; the buffer on the stack holds more.
const MOST_PARAMETERS: usize = 48;

/// Defines `invoke_<letters>`; `number` tells signatures apart.
pub(super) fn define(
    linker: &mut Linker<State>,
    (module, short): (&str, &str),
    letters: &str,
    number: usize,
    ty: FuncType,
) -> Result<()> {
    let signature = Signature::read(linker.engine(), letters, number)?;
    if !signature.is_served_by(&ty) {
        return Err(format_err!("solc's glue calls an import of another type `invoke_{letters}`"));
    }
    // SAFETY: `is_served_by` has shown that the raw values are, in number and type, those that `call` reads and writes.
    unsafe { linker.func_new_unchecked(module, short, ty, move |host, values| signature.call(host, values))? };
    Ok(())
}

impl Signature {
    fn read(engine: &Engine, letters: &str, number: usize) -> Result<Self> {
        let unknown = || format_err!("solc's glue has an `invoke_{letters}` of an unknown signature");
        let (&result, parameters) = letters.as_bytes().split_first().ok_or_else(unknown)?;
        let types: Option<Vec<ValType>> = parameters.iter().map(|letter| value_type(*letter)).collect();
        let types = types.filter(|types| types.len() < MOST_PARAMETERS).ok_or_else(unknown)?;
        let target = FuncType::new(engine, types, value_type(result));
        Ok(Self { number, result, parameters: parameters.to_vec(), target })
    }

    /// Whether an import of this type passes the table index and every 64-bit value as two halves.
    fn is_served_by(&self, ty: &FuncType) -> bool {
        let halves = |letter: &u8| match letter {
            b'j' => vec![ValType::I32, ValType::I32],
            other => value_type(*other).into_iter().collect(),
        };
        let expected = std::iter::once(ValType::I32).chain(self.parameters.iter().flat_map(halves));
        let result = if self.result == b'j' { Some(ValType::I32) } else { value_type(self.result) };
        let same = |left: &ValType, right: &ValType| ValType::eq(left, right);
        ty.params().len() == expected.clone().count()
            && ty.params().zip(expected).all(|(left, right)| same(&left, &right))
            && ty.results().len() == usize::from(result.is_some())
            && ty.results().zip(result).all(|(left, right)| same(&left, &right))
    }

    fn call(&self, mut host: Host<'_>, values: &mut [MaybeUninit<ValRaw>]) -> Result<()> {
        let runtime = runtime(&host)?;
        // SAFETY: the import has at least one parameter, the table index, and wasmtime initialises all parameters.
        let index = unsafe { values[0].assume_init() }.get_i32();
        let function = self.function(&mut host, index)?;
        let stack = runtime.stack_pointer.get(&mut host).i32().unwrap_or(0);
        let mut arguments = [ValRaw::i32(0); MOST_PARAMETERS];
        self.join_halves(&values[1..], &mut arguments);
        let used = self.parameters.len().max(1);
        // SAFETY: `function` has `target`'s type, of which `arguments` holds the parameters and has room for the result.
        match unsafe { function.call_unchecked(&mut host, &raw mut arguments[..used]) } {
            Ok(()) => self.hand_back(&mut host, arguments[0], values),
            Err(error) if error.is::<Thrown>() => {
                runtime.stack_restore.call(&mut host, stack)?;
                runtime.set_threw.call(&mut host, (1, 0))?;
                self.hand_back(&mut host, ValRaw::i64(0), values);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The table's function, checked to have this signature.
    fn function(&self, host: &mut Host<'_>, index: i32) -> Result<Func> {
        let slot = index as u32 as usize;
        if let Some(Some((function, number))) = host.data().checked.get(slot)
            && *number == self.number
        {
            return Ok(*function);
        }
        let function = table_function(host, index)?;
        if !FuncType::eq(&function.ty(&*host), &self.target) {
            return Err(format_err!("solc called a function of its table by a wrong signature"));
        }
        let checked = &mut host.data_mut().checked;
        if checked.len() <= slot {
            checked.resize(slot + 1, None);
        }
        checked[slot] = Some((function, self.number));
        Ok(function)
    }

    fn join_halves(&self, values: &[MaybeUninit<ValRaw>], arguments: &mut [ValRaw; MOST_PARAMETERS]) {
        let mut next = 0;
        for (letter, argument) in self.parameters.iter().zip(arguments) {
            // SAFETY: `is_served_by` has counted the values, and wasmtime initialises all parameters.
            let value = |at: usize| unsafe { values[at].assume_init() };
            if *letter == b'j' {
                let (low, high) = (value(next).get_u32(), value(next + 1).get_u32());
                *argument = ValRaw::u64(u64::from(low) | u64::from(high) << 32);
                next += 2;
            } else {
                *argument = value(next);
                next += 1;
            }
        }
    }

    fn hand_back(&self, host: &mut Host<'_>, result: ValRaw, values: &mut [MaybeUninit<ValRaw>]) {
        match self.result {
            b'v' => {}
            b'j' => {
                let whole = result.get_i64();
                host.data_mut().temporary = (whole >> 32) as i32;
                values[0] = MaybeUninit::new(ValRaw::i32(whole as i32));
            }
            _ => values[0] = MaybeUninit::new(result),
        }
    }
}

fn value_type(letter: u8) -> Option<ValType> {
    match letter {
        b'i' => Some(ValType::I32),
        b'j' => Some(ValType::I64),
        b'f' => Some(ValType::F32),
        b'd' => Some(ValType::F64),
        _ => None,
    }
}
