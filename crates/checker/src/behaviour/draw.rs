//! What is called and with what: drawn from values at which contracts tend to decide.

use super::{
    BehaviourError, Call,
    chain::{AGREEABLE, GENESIS, REFUSING, SENDERS},
    shown::value_text,
};
use alloy_dyn_abi::{DynSolType, DynSolValue, Specifier};
use alloy_json_abi::{JsonAbi, Param, StateMutability};
use alloy_primitives::{Address, B256, Bytes, Function, I256, U256};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use std::collections::{BTreeSet, VecDeque};

/// Values in one argument beyond which a call would not fit into its gas anyway.
const WIDEST: usize = 10_000;

/// Something that can be called.
pub(super) struct Entry {
    /// Its signature; `constructor`, `receive` and `fallback` for those.
    pub name: String,
    selector: Vec<u8>,
    inputs: Vec<Input>,
    mutability: StateMutability,
}

struct Input {
    kind: DynSolType,
    /// The address of a contract that the code will call.
    is_contract: bool,
}

/// All that can be called of a contract.
pub(super) struct Interface {
    pub constructor: Entry,
    pub entries: Vec<Entry>,
}

impl Interface {
    pub fn of(abi: JsonAbi) -> Result<Self, alloy_dyn_abi::Error> {
        let (inputs, payable) = abi.constructor.map_or((Vec::new(), StateMutability::NonPayable), |constructor| {
            (constructor.inputs, constructor.state_mutability)
        });
        let constructor = Entry::new("constructor".into(), &[], &inputs, payable)?;
        let mut entries = Vec::new();
        for function in abi.functions.values().flatten() {
            let selector = function.selector();
            entries.push(Entry::new(function.signature(), &*selector, &function.inputs, function.state_mutability)?);
        }
        if abi.receive.is_some() {
            entries.push(Entry::new("receive".into(), &[], &[], StateMutability::Payable)?);
        }
        if let Some(fallback) = abi.fallback {
            entries.push(Entry::new("fallback".into(), &[0xff; 4], &[], fallback.state_mutability)?);
        }
        Ok(Self { constructor, entries })
    }

    /// Where a function stands among the entries.
    pub fn find(&self, contract: &str, function: &str) -> Result<usize, BehaviourError> {
        let found = self.entries.iter().position(|entry| entry.name == function);
        found.ok_or_else(|| BehaviourError::NoFunction { contract: contract.into(), function: function.into() })
    }

    /// Something to call: half of the time the one in question, else mostly what changes the state.
    pub fn pick(&self, rng: &mut StdRng, target: Option<usize>) -> Option<&Entry> {
        if let Some(target) = target.filter(|_| rng.random()) {
            return self.entries.get(target);
        }
        let acting: Vec<&Entry> = self.entries.iter().filter(|entry| entry.acts()).collect();
        if acting.is_empty() || rng.random_ratio(1, 8) {
            return self.entries.choose(rng);
        }
        acting.choose(rng).copied()
    }
}

impl Entry {
    fn new(
        name: String,
        selector: &[u8],
        inputs: &[Param],
        mutability: StateMutability,
    ) -> Result<Self, alloy_dyn_abi::Error> {
        let input = |param: &Param| {
            let kind = param.resolve()?;
            if width(&kind) > WIDEST {
                return Err(alloy_dyn_abi::Error::custom(format!("`{kind}` is too long to be drawn")));
            }
            let named = param.internal_type().is_some_and(|kind| kind.as_contract().is_some());
            Ok(Input { is_contract: named && kind == DynSolType::Address, kind })
        };
        let inputs = inputs.iter().map(input).collect::<Result<_, alloy_dyn_abi::Error>>()?;
        Ok(Self { name, selector: selector.to_vec(), inputs, mutability })
    }

    fn acts(&self) -> bool {
        !matches!(self.mutability, StateMutability::View | StateMutability::Pure)
    }
}

/// The values to draw from. What a run has seen joins them.
pub(super) struct Pool {
    /// Numbers that stand in the code.
    code: Vec<U256>,
    /// The last numbers that were given or came back.
    seen: VecDeque<U256>,
    /// The last numbers that the code compared, each once.
    compared: VecDeque<U256>,
}

impl Pool {
    const REMEMBERED: usize = 64;
    const COMPARED: usize = 24;

    /// From two codes that deploy, each with how much of its end stays on the chain: places are counted from there.
    pub fn new(codes: [(&[u8], usize); 2]) -> Self {
        let parts = codes.map(|(code, deployed)| code.split_at(code.len().saturating_sub(deployed)));
        let numbers: BTreeSet<U256> =
            parts.iter().flat_map(|(once, stays)| [pushed(once), pushed(stays)].concat()).collect();
        Self { code: numbers.into_iter().collect(), seen: VecDeque::new(), compared: VecDeque::new() }
    }

    pub fn see(&mut self, words: impl Iterator<Item = U256>) {
        self.seen.extend(words);
        let over = self.seen.len().saturating_sub(Self::REMEMBERED);
        self.seen.drain(..over);
    }

    pub fn compare(&mut self, words: &[U256]) {
        for &word in words {
            if !self.compared.contains(&word) {
                self.compared.push_back(word);
            }
        }
        let over = self.compared.len().saturating_sub(Self::COMPARED);
        self.compared.drain(..over);
    }

    pub fn call(&self, rng: &mut StdRng, entry: &Entry, contract: Address) -> Call {
        // Several arrays of one call usually have to be of one length.
        let length = rng.random_range(0..4);
        let draw = Draw { pool: self, contract, length };
        let arguments: Vec<_> = entry.inputs.iter().map(|input| draw.argument(rng, input)).collect();
        let data = [&*entry.selector, &DynSolValue::Tuple(arguments.clone()).abi_encode_params()].concat();
        let is_deployed = entry.name == "constructor";
        Call {
            function: entry.name.clone(),
            arguments: arguments.iter().map(value_text).collect(),
            sender: if is_deployed { SENDERS[0] } else { sender(rng) },
            value: self.value(rng, entry),
            wait: if !is_deployed && rng.random_ratio(1, 4) {
                *[1, 12, 3_600, 86_400, 31_536_000].choose(rng).unwrap_or(&1)
            } else {
                0
            },
            data: Bytes::from(data),
            storage: None,
        }
    }

    fn value(&self, rng: &mut StdRng, entry: &Entry) -> U256 {
        let ether = U256::from(10u64.pow(18));
        match (entry.mutability, rng.random_range(0..32)) {
            (StateMutability::Payable, 0..8) => U256::ZERO,
            (StateMutability::Payable, 8..16) => ether,
            (StateMutability::Payable, 16..24) => U256::from(rng.random_range(1..100)),
            (StateMutability::Payable, _) => self.word(rng) % (ether * U256::from(10)),
            (_, 0) => U256::from(1),
            _ => U256::ZERO,
        }
    }

    fn word(&self, rng: &mut StdRng) -> U256 {
        let known = |from: Option<&U256>| from.copied().unwrap_or_default();
        let base = match rng.random_range(0..16) {
            0..4 => U256::from(rng.random_range(0..=20)),
            4..6 => known(self.code.choose(rng)),
            6..8 => known(self.compared.get(rng.random_range(0..self.compared.len().max(1)))),
            8..11 => known(self.seen.get(rng.random_range(0..self.seen.len().max(1)))),
            11 => U256::from(GENESIS + rng.random_range(0..=400) * 86_400),
            12 => U256::from(rng.random_range(1..=1_000)) * U256::from(10u64.pow(15)),
            13 => U256::ZERO,
            14 => U256::from(1) << rng.random_range(0..256),
            _ => U256::from_be_bytes(rng.random::<[u8; 32]>()) >> rng.random_range(0..256),
        };
        match rng.random_range(0..8) {
            0 => base.wrapping_add(U256::from(1)),
            1 => base.wrapping_sub(U256::from(1)),
            _ => base,
        }
    }
}

struct Draw<'a> {
    pool: &'a Pool,
    contract: Address,
    length: usize,
}

impl Draw<'_> {
    fn argument(&self, rng: &mut StdRng, input: &Input) -> DynSolValue {
        if input.is_contract && rng.random_ratio(3, 4) {
            return AGREEABLE.into();
        }
        self.of_type(rng, &input.kind)
    }

    fn of_type(&self, rng: &mut StdRng, kind: &DynSolType) -> DynSolValue {
        let list = |rng: &mut StdRng, kind: &DynSolType, length| (0..length).map(|_| self.of_type(rng, kind)).collect();
        match kind {
            DynSolType::Bool => DynSolValue::Bool(rng.random()),
            DynSolType::Uint(bits) => DynSolValue::Uint(self.pool.word(rng) & (U256::MAX >> (256 - bits)), *bits),
            DynSolType::Int(bits) => {
                let shifted = I256::from_raw(self.pool.word(rng) << (256 - bits));
                DynSolValue::Int(shifted.asr(256 - bits), *bits)
            }
            DynSolType::FixedBytes(size) => {
                let word = self.pool.word(rng);
                let mut bytes = B256::from(if rng.random() { word } else { word << (8 * (32 - size)) });
                bytes[*size..].fill(0);
                DynSolValue::FixedBytes(bytes, *size)
            }
            DynSolType::Address => DynSolValue::Address(self.address(rng)),
            DynSolType::Function => DynSolValue::Function(Function::from(rng.random::<[u8; 24]>())),
            DynSolType::Bytes => DynSolValue::Bytes(bytes(rng)),
            DynSolType::String => {
                DynSolValue::String(bytes(rng).iter().map(|byte| char::from(b'a' + byte % 26)).collect())
            }
            DynSolType::Array(kind) => {
                let length = if rng.random_ratio(3, 4) { self.length } else { rng.random_range(0..5) };
                DynSolValue::Array(list(rng, kind, length))
            }
            DynSolType::FixedArray(kind, length) => DynSolValue::FixedArray(list(rng, kind, *length)),
            DynSolType::Tuple(kinds) => DynSolValue::Tuple(kinds.iter().map(|kind| self.of_type(rng, kind)).collect()),
        }
    }

    fn address(&self, rng: &mut StdRng) -> Address {
        match rng.random_range(0..16) {
            0..10 => sender(rng),
            10 => Address::ZERO,
            11 => self.contract,
            12 => REFUSING,
            13 | 14 => AGREEABLE,
            _ => Address::from_word(B256::from(self.pool.word(rng))),
        }
    }
}

/// The owner as often as all others together.
fn sender(rng: &mut StdRng) -> Address {
    if rng.random() { SENDERS[0] } else { *SENDERS.choose(rng).unwrap_or(&SENDERS[0]) }
}

fn bytes(rng: &mut StdRng) -> Vec<u8> {
    let length = *[0, 1, 4, 20, 31, 32, 33, 65].choose(rng).unwrap_or(&0);
    (0..length).map(|_| rng.random()).collect()
}

/// Values in one argument, where the type says it.
fn width(kind: &DynSolType) -> usize {
    match kind {
        DynSolType::FixedArray(kind, length) => width(kind).saturating_mul(*length),
        DynSolType::Array(kind) => width(kind),
        DynSolType::Tuple(kinds) => kinds.iter().map(width).fold(0, usize::saturating_add),
        _ => 1,
    }
}

/// The numbers that the code pushes, without the places that it jumps to and the selectors that it asks for (`PUSH4 EQ`). After
/// the last instruction (`INVALID`) stand data.
fn pushed(code: &[u8]) -> Vec<U256> {
    const PUSH1: u8 = 0x60;
    const PUSH32: u8 = 0x7f;
    const JUMPDEST: u8 = 0x5b;
    const EQ: u8 = 0x14;
    const INVALID: u8 = 0xfe;
    let code = code.rsplitn(2, |&byte| byte == INVALID).last().unwrap_or_default();
    let (mut numbers, mut at) = (Vec::new(), 0);
    while let Some(&opcode) = code.get(at) {
        at += 1;
        if (PUSH1..=PUSH32).contains(&opcode) {
            let size = usize::from(opcode - PUSH1) + 1;
            let Some(bytes) = code.get(at..at + size) else { break };
            let number = U256::from_be_slice(bytes);
            let is_place = usize::try_from(number).ok().and_then(|place| code.get(place)) == Some(&JUMPDEST);
            let is_selector = size == 4 && code.get(at + size) == Some(&EQ);
            if !is_selector && (size == 1 || !is_place) {
                numbers.push(number);
            }
            at += size;
        }
    }
    numbers
}
