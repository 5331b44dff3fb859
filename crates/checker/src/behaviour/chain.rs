//! One contract on a chain of its own, and what a call did there that somebody can see.

use super::{Aspect, BehaviourError, Call, Reverts, shown::revert_text};
use alloy_primitives::{Address, B256, Bytes, Log, U256, hex, keccak256};
use revm::{
    Context, DatabaseCommit, ExecuteEvm, InspectEvm, Inspector, MainBuilder, MainContext,
    bytecode::Bytecode,
    bytecode::opcode::{LT, SGT},
    context::{
        ContextTr, TxEnv,
        result::{ExecutionResult, HaltReason, Output},
    },
    database::{AccountState, CacheDB, DatabaseRef},
    interpreter::{CallInputs, CallOutcome, CallScheme, Interpreter, interpreter_types::Jumps},
    primitives::TxKind,
    state::{AccountInfo, EvmState},
};
use std::{collections::BTreeMap, convert::Infallible};

/// Who sends. The first deploys, and so is the owner of what has one.
pub(super) const SENDERS: [Address; 4] =
    [Address::repeat_byte(0xa0), Address::repeat_byte(0xa1), Address::repeat_byte(0xa2), Address::repeat_byte(0xa3)];
/// A contract that answers every call with one, which reads as `true` as well, and takes Ether.
pub(super) const AGREEABLE: Address = Address::repeat_byte(0xb0);
/// A contract that refuses every call and all Ether.
pub(super) const REFUSING: Address = Address::repeat_byte(0xb1);
/// When the chain starts, in Unix time.
pub(super) const GENESIS: u64 = 1_750_000_000;

/// `mstore(0, 1) return(0, 0x100)`, long enough for answers of several words.
const ANSWERS_ONE: &[u8] = &hex!("60015f526101005ff3");
/// `revert(0, 0)`.
const REVERTS: &[u8] = &hex!("5f5ffd");
/// What one transaction may cost at most (EIP-7825); deploying may always cost it.
const MOST_GAS: u64 = 1 << 24;
/// Size is solc's affair; unoptimised code shall run too.
const LARGEST_CODE: usize = 1 << 20;

/// Numbers to remember of one call, for a loop compares without end.
const MOST_COMPARED: usize = 64;

/// The accounts, and where the contract stands among them.
#[derive(Clone)]
pub(super) struct Chain {
    db: CacheDB<Unwritten>,
    /// Who was deployed; zero before.
    pub contract: Address,
    now: u64,
}

/// What can be seen of one call from outside.
pub(super) struct Outcome {
    pub ended: Ended,
    pub gas: u64,
    logs: Vec<Log>,
    sent: Vec<Sent>,
    /// What the code compared; it is drawn from, and not compared again.
    pub compared: Vec<U256>,
    storage: BTreeMap<(Address, U256), U256>,
    balances: BTreeMap<Address, U256>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Returned(Bytes),
    Reverted(Bytes),
    Halted(HaltReason),
}

/// A call that the contract made to someone else.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    to: Address,
    value: U256,
    data: Bytes,
}

impl Chain {
    /// Accounts with Ether, and no contract yet.
    pub fn new() -> Self {
        let mut db = CacheDB::new(Unwritten::default());
        let wealth = U256::from(10u8).pow(U256::from(24u8));
        for sender in SENDERS {
            db.insert_account_info(sender, AccountInfo::from_balance(wealth));
        }
        for (address, code) in [(AGREEABLE, ANSWERS_ONE), (REFUSING, REVERTS)] {
            let code = Bytecode::new_legacy(Bytes::from_static(code));
            db.insert_account_info(address, AccountInfo::from_bytecode(code));
        }
        Self { db, contract: Address::ZERO, now: GENESIS }
    }

    /// Deploys; the chain is as before when that fails.
    pub fn deploy(&mut self, code: &[u8], call: &Call) -> Result<Outcome, BehaviourError> {
        let data = [code, &call.data].concat();
        let (result, state, heard) = self.transact(TxKind::Create, call, data.into(), MOST_GAS)?;
        if let ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } = &result {
            self.contract = *address;
        }
        let mut outcome = self.seen(result, &state, heard);
        if let Ended::Returned(code) = &mut outcome.ended {
            // The code is what is being compared by its behaviour.
            *code = Bytes::new();
            self.commit(state);
            self.assume(call.storage);
        }
        Ok(outcome)
    }

    /// From now on the contract finds drawn values where it never wrote.
    fn assume(&mut self, seed: Option<u64>) {
        let Some(account) = self.db.cache.accounts.get_mut(&self.contract).filter(|_| seed.is_some()) else { return };
        // What is new has no storage but its own; what is touched may have been there before.
        account.account_state = AccountState::Touched;
        self.db.db = Unwritten { seed, contract: self.contract };
    }

    /// Calls the contract. What it did is in the state; [`Chain::commit`] keeps it.
    pub fn call(&mut self, call: &Call, gas: u64) -> Result<(Outcome, EvmState), BehaviourError> {
        self.now = self.now.saturating_add(call.wait);
        let gas = gas.min(MOST_GAS);
        let (result, state, heard) = self.transact(TxKind::Call(self.contract), call, call.data.clone(), gas)?;
        Ok((self.seen(result, &state, heard), state))
    }

    pub fn commit(&mut self, state: EvmState) {
        self.db.commit(state);
    }

    fn transact(
        &mut self,
        kind: TxKind,
        call: &Call,
        data: Bytes,
        gas: u64,
    ) -> Result<(ExecutionResult, EvmState, Listener), BehaviourError> {
        let error = |error: &dyn std::fmt::Display| BehaviourError::Evm(error.to_string());
        let tx = TxEnv::builder().caller(call.sender).kind(kind).data(data).value(call.value).gas_limit(gas);
        let tx = tx.gas_price(0).build().map_err(|reason| BehaviourError::Evm(format!("{reason:?}")))?;
        let context = Context::mainnet().with_db(&mut self.db).modify_cfg_chained(|cfg| {
            cfg.disable_nonce_check = true;
            cfg.limit_contract_code_size = Some(LARGEST_CODE);
            cfg.limit_contract_initcode_size = Some(2 * LARGEST_CODE);
        });
        let mut evm = context
            .modify_block_chained(|block| {
                block.timestamp = U256::from(self.now);
                block.number = U256::from(1 + (self.now - GENESIS) / 12);
            })
            .build_mainnet_with_inspector(Listener { contract: self.contract, sent: Vec::new(), compared: Vec::new() });
        let result = evm.inspect_one_tx(tx).map_err(|reason| error(&reason))?;
        Ok((result, evm.finalize(), evm.inspector))
    }

    fn seen(&self, result: ExecutionResult, state: &EvmState, heard: Listener) -> Outcome {
        let gas = result.tx_gas_used();
        let (ended, logs) = match result {
            ExecutionResult::Success { output, logs, .. } => (Ended::Returned(output.into_data()), logs),
            ExecutionResult::Revert { output, .. } => (Ended::Reverted(output), Vec::new()),
            ExecutionResult::Halt { reason, .. } => (Ended::Halted(reason), Vec::new()),
        };
        let sent = if matches!(ended, Ended::Returned(_)) { heard.sent } else { Vec::new() };
        let compared = heard.compared;
        let mut outcome =
            Outcome { ended, gas, logs, sent, compared, storage: BTreeMap::new(), balances: BTreeMap::new() };
        for (&address, account) in state {
            let before = self.db.cache.accounts.get(&address).map_or(U256::ZERO, |account| account.info.balance);
            if account.info.balance != before {
                outcome.balances.insert(address, account.info.balance);
            }
            let written = account.storage.iter().filter(|(_, slot)| slot.is_changed());
            outcome.storage.extend(written.map(|(&slot, value)| ((address, slot), value.present_value)));
        }
        outcome
    }
}

/// What lies where nobody wrote: nothing, or in the contract under test what a seed says.
#[derive(Clone, Copy, Debug, Default)]
struct Unwritten {
    seed: Option<u64>,
    contract: Address,
}

impl Unwritten {
    /// Mostly nothing, else what a contract could have stored when it was set up: a flag, its owner, a contract that it works with, a
    /// small number, some Ether.
    fn drawn(seed: u64, slot: U256) -> U256 {
        let drawn = keccak256([&seed.to_be_bytes()[..], &slot.to_be_bytes::<32>()].concat());
        let number = U256::from(drawn[1]);
        match drawn[0] % 16 {
            0..7 => U256::ZERO,
            7..9 => U256::from(1),
            9..12 => SENDERS[0].into_word().into(),
            12..14 => AGREEABLE.into_word().into(),
            14 => number % U256::from(20),
            _ => number * U256::from(10u64.pow(18)),
        }
    }
}

impl DatabaseRef for Unwritten {
    type Error = Infallible;

    fn basic_ref(&self, _: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(None)
    }

    fn code_by_hash_ref(&self, _: B256) -> Result<Bytecode, Infallible> {
        Ok(Bytecode::default())
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        let seed = self.seed.filter(|_| address == self.contract);
        Ok(seed.map_or(U256::ZERO, |seed| Self::drawn(seed, slot)))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        Ok(keccak256(number.to_string()))
    }
}

/// Hears what the contract says to others. Questions (`staticcall`) change nothing, so a body may ask them as often as it likes.
struct Listener {
    contract: Address,
    sent: Vec<Sent>,
    compared: Vec<U256>,
}

impl<C: ContextTr> Inspector<C> for Listener {
    /// The bound that an argument is held against is worth drawing.
    fn step(&mut self, interpreter: &mut Interpreter, _: &mut C) {
        if (LT..=SGT).contains(&interpreter.bytecode.opcode()) && self.compared.len() < MOST_COMPARED {
            self.compared.extend(interpreter.stack.data().iter().rev().take(2));
        }
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        let others = inputs.caller == self.contract && inputs.target_address != self.contract;
        if others && inputs.scheme == CallScheme::Call && !inputs.is_static {
            let data = inputs.input.bytes(context);
            self.sent.push(Sent { to: inputs.target_address, value: inputs.call_value(), data });
        }
        None
    }
}

impl Outcome {
    pub fn succeeded(&self) -> bool {
        matches!(self.ended, Ended::Returned(_))
    }

    /// Whether gas decided and not the code: one ran out of it, and the other was not far from that.
    pub fn is_a_matter_of_gas(&self, other: &Self, limit: u64) -> bool {
        let out = |outcome: &Self| matches!(outcome.ended, Ended::Halted(HaltReason::OutOfGas(_)));
        out(self) != out(other) && self.gas.min(other.gas) > limit / 2
    }

    /// The first thing by which the two can be told apart, and how it looked on either side.
    pub fn differs(&self, other: &Self, reverts: Reverts) -> Option<(Aspect, String, String)> {
        let aspect = match (&self.ended, &other.ended) {
            (Ended::Returned(one), Ended::Returned(two)) if one != two => Aspect::Returned,
            (Ended::Returned(_), Ended::Returned(_)) => return self.differs_in_effect(other),
            (Ended::Returned(_), _) | (_, Ended::Returned(_)) => Aspect::Success,
            (one, two) if !same_reason(one, two, reverts) => Aspect::Reason,
            _ => return None,
        };
        Some((aspect, self.ended.shown(), other.ended.shown()))
    }

    fn differs_in_effect(&self, other: &Self) -> Option<(Aspect, String, String)> {
        let log =
            |log: Option<&Log>| log.map(|log| format!("{} {:?} {}", log.address, log.data.topics(), log.data.data));
        let sent = |sent: Option<&Sent>| sent.map(|sent| format!("{} {} wei {}", sent.to, sent.value, sent.data));
        let lists = |aspect, one: Option<String>, two: Option<String>| {
            let text = |side: Option<String>| side.unwrap_or_else(|| "nothing".into());
            (aspect, text(one), text(two))
        };
        if let Some(at) = first_difference(&self.logs, &other.logs) {
            return Some(lists(Aspect::Logs, log(self.logs.get(at)), log(other.logs.get(at))));
        }
        if let Some(at) = first_difference(&self.sent, &other.sent) {
            return Some(lists(Aspect::Calls, sent(self.sent.get(at)), sent(other.sent.get(at))));
        }
        if let Some(at) = first_key(&self.storage, &other.storage) {
            let slot =
                |map: &BTreeMap<_, U256>| map.get(at).map(|value| format!("{} slot {:#x} = {value:#x}", at.0, at.1));
            return Some(lists(Aspect::Storage, slot(&self.storage), slot(&other.storage)));
        }
        let at = first_key(&self.balances, &other.balances)?;
        let wei = |map: &BTreeMap<_, U256>| map.get(at).map(|value| format!("{at} has {value} wei"));
        Some(lists(Aspect::Balances, wei(&self.balances), wei(&other.balances)))
    }

    /// Numbers that someone who watches could use in the next call.
    pub fn words(&self) -> impl Iterator<Item = U256> {
        let returned = match &self.ended {
            Ended::Returned(data) => data.chunks_exact(32),
            _ => [].chunks_exact(32),
        };
        let topics = self.logs.iter().flat_map(|log| log.data.topics().iter().skip(1));
        let stored = self.storage.values().copied();
        returned.map(U256::from_be_slice).chain(topics.map(|topic| (*topic).into())).chain(stored)
    }
}

impl Ended {
    pub fn shown(&self) -> String {
        match self {
            Self::Returned(data) => format!("returned {data}"),
            Self::Reverted(data) => format!("reverted with {}", revert_text(data)),
            Self::Halted(reason) => format!("halted: {reason}"),
        }
    }
}

fn same_reason(one: &Ended, two: &Ended, reverts: Reverts) -> bool {
    match (one, two, reverts) {
        (_, _, Reverts::Any | Reverts::Open) => true,
        (Ended::Reverted(one), Ended::Reverted(two), Reverts::Kind) => one.get(..4) == two.get(..4),
        _ => one == two,
    }
}

fn first_difference<T: PartialEq>(one: &[T], two: &[T]) -> Option<usize> {
    (0..one.len().max(two.len())).find(|&at| one.get(at) != two.get(at))
}

fn first_key<'a, K: Ord, V: PartialEq>(one: &'a BTreeMap<K, V>, two: &'a BTreeMap<K, V>) -> Option<&'a K> {
    one.keys().chain(two.keys()).find(|key| one.get(key) != two.get(key))
}
