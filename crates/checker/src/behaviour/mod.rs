//! Layer 5: whether two bodies of one contract behave alike.
//!
//! Both are deployed in revm and called alike, with arguments that are drawn and the same by seed. After each call everything that can
//! be seen from outside is compared: success, returned data, reason of a revert, logs, calls to others, storage and balances. That no
//! difference was found proves nothing by itself, so [`Comparison`] also says which functions ever succeeded.

mod chain;
mod draw;
mod groups;
mod shown;
mod shrink;
mod subject;

pub use groups::Standing;
pub use subject::{EMPTY, IDLE, REVERT, entry, subjects};

use crate::compile::CompiledContract;
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, Bytes, U256, hex};
use chain::{Chain, Outcome};
use draw::{Interface, Pool};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use thiserror::Error;

/// How two contracts are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fuzz {
    /// The same seed draws the same calls.
    pub seed: u64,
    /// Calls in all.
    pub calls: usize,
    /// Calls between two deployments, each with new arguments of the constructor.
    pub episode: usize,
    /// Gas of a call.
    pub gas: u64,
    /// Time for all of it, shrinking included.
    pub deadline: Duration,
    /// What must agree when both revert.
    pub reverts: Reverts,
    /// Whether storage that was never written holds drawn values, others in each episode: for a contract that somebody else sets up, a
    /// proxy's implementation for example, whose functions all revert while it has no owner. Both sides find the same. A state that
    /// the contract could never reach is among them, so this asks more of a candidate than that it does its work.
    pub drawn_storage: bool,
}

impl Default for Fuzz {
    fn default() -> Self {
        let (deadline, reverts) = (Duration::from_secs(10), Reverts::Kind);
        Self { seed: 0, calls: 2_000, episode: 24, gas: 3_000_000, deadline, reverts, drawn_storage: false }
    }
}

/// What must agree of two reverts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reverts {
    /// That they happened.
    Any,
    /// Their selector: the custom error, a panic, or a text, whatever it says.
    Kind,
    /// Every byte.
    Exact,
    /// Not even that they happened: a call that reverts on one side is undone on both and counts as undecided. What is left is whether
    /// the two do the same whenever both do something.
    Open,
}

/// What became of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The first call that told them apart, with as few as possible before it.
    pub difference: Option<Difference>,
    /// Calls in which both agreed, deployments among them.
    pub agreed: usize,
    /// How many of those reverted on both sides, which proves little.
    pub reverted: usize,
    /// Calls that ran out of gas on one side only and not by much, or that [`Reverts::Open`] leaves open; they were undone.
    pub undecided: usize,
    /// Whether all calls were made; not so after a difference, the deadline or a stop.
    pub complete: bool,
    /// How far each function was exercised, by signature.
    pub functions: BTreeMap<String, Tally>,
}

/// Calls of one function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// In which both agreed.
    pub agreed: usize,
    /// Of those, which did not revert.
    pub succeeded: usize,
    /// What those cost, the reference and the candidate.
    pub gas: [u64; 2],
}

/// How two bodies can be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The constructor, then calls; the last one tells.
    pub calls: Vec<Call>,
    /// What differs after it.
    pub aspect: Aspect,
    /// How that looks for the reference.
    pub reference: String,
    /// How that looks for the candidate.
    pub candidate: String,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Signature; or `constructor`, `receive`, `fallback`.
    pub function: String,
    /// As Solidity would write them.
    pub arguments: Vec<String>,
    /// Who calls; `0xa0a0…` has deployed the contract.
    pub sender: Address,
    /// Wei that go along.
    pub value: U256,
    /// Seconds since the call before.
    pub wait: u64,
    /// What is sent; of the constructor, its arguments.
    pub data: Bytes,
    /// Of the constructor: what storage holds that was never written, by seed; nothing when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<u64>,
}

/// What can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// One returned and the other did not.
    Success,
    /// What was returned.
    Returned,
    /// Why both reverted.
    Reason,
    /// Events.
    Logs,
    /// Calls to other contracts.
    Calls,
    /// What was written.
    Storage,
    /// Who has how much Ether.
    Balances,
}

/// Why nothing could be compared.
#[derive(Debug, Error)]
pub enum BehaviourError {
    /// Nothing to deploy.
    #[error("`{contract}` has no code, for it is an interface or abstract: compare a contract that can be deployed")]
    NoCode {
        /// File and name.
        contract: String,
    },
    /// The code is not hexadecimal.
    #[error(
        "the bytecode of `{contract}` cannot be read ({reason}): where a library is missing (`__$`), make its functions internal"
    )]
    Code {
        /// File and name.
        contract: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The interface is not one.
    #[error("the ABI of `{contract}` cannot be read ({reason}): compile it again with solc 0.6.11 or later")]
    Abi {
        /// File and name.
        contract: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The function under test cannot be called.
    #[error("`{contract}` has no external function `{function}`: name one of its ABI, or none to call them all")]
    NoFunction {
        /// File and name.
        contract: String,
        /// The signature that was asked for.
        function: String,
    },
    /// The reference's constructor always reverts.
    #[error(
        "`{contract}` could not be deployed in {attempts} attempts, it {reason}: write a contract around it that can"
    )]
    NotDeployed {
        /// File and name.
        contract: String,
        /// Draws of constructor arguments.
        attempts: usize,
        /// What the last one came to.
        reason: String,
    },
    /// The EVM refused a transaction.
    #[error("the EVM broke down: {0}")]
    Evm(String),
}

impl Fuzz {
    /// Draws of constructor arguments before a contract counts as one that cannot be deployed.
    const ATTEMPTS: usize = 32;

    /// Calls both contracts alike until they differ. `function` is the signature under test, which gets half of the calls; none for a
    /// body that only others call. Blocks; `stop` ends it within a call.
    pub fn compare(
        &self,
        reference: &CompiledContract,
        candidate: &CompiledContract,
        function: Option<&str>,
        stop: &AtomicBool,
    ) -> Result<Comparison, BehaviourError> {
        let codes = [code(reference)?, code(candidate)?];
        let interface = interface(reference)?;
        let target = function.map(|function| interface.find(&label(reference), function)).transpose()?;
        let pair = Pair { sides: [Chain::new(), Chain::new()], gas: self.gas, reverts: self.reverts };
        let deployed = |contract: &CompiledContract| contract.deployed.len() / 2;
        let pool = Pool::new([(&codes[0], deployed(reference)), (&codes[1], deployed(candidate))]);
        let limits = Limits { until: Instant::now() + self.deadline, stop };
        let rng = StdRng::seed_from_u64(self.seed);
        let name = label(reference);
        let drawn_storage = self.drawn_storage;
        let so_far = Comparison::default();
        let mut run = Run { codes, interface, target, pair, pool, rng, drawn_storage, limits, name, so_far };
        while run.so_far.agreed + run.so_far.undecided < self.calls && !run.is_over() {
            run.episode(self.episode.max(1))?;
        }
        Ok(run.so_far)
    }

    /// Makes the calls of a difference again, and says how the two differ.
    pub fn replay(
        &self,
        reference: &CompiledContract,
        candidate: &CompiledContract,
        calls: &[Call],
    ) -> Result<Option<Difference>, BehaviourError> {
        let codes = [code(reference)?, code(candidate)?];
        let pair = Pair { sides: [Chain::new(), Chain::new()], gas: self.gas, reverts: self.reverts };
        pair.replay(&codes, calls)
    }
}

impl Default for Comparison {
    fn default() -> Self {
        let functions = BTreeMap::new();
        Self { difference: None, agreed: 0, reverted: 0, undecided: 0, complete: true, functions }
    }
}

/// When to give up.
struct Limits<'a> {
    until: Instant,
    stop: &'a AtomicBool,
}

impl Limits<'_> {
    fn reached(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || Instant::now() >= self.until
    }
}

/// A comparison that goes on.
struct Run<'a> {
    codes: [Vec<u8>; 2],
    interface: Interface,
    target: Option<usize>,
    /// Nothing is deployed there yet.
    pair: Pair,
    pool: Pool,
    rng: StdRng,
    drawn_storage: bool,
    limits: Limits<'a>,
    name: String,
    so_far: Comparison,
}

impl Run<'_> {
    /// Whether there is nothing more to find out; notes when that is for want of time.
    fn is_over(&mut self) -> bool {
        self.so_far.complete &= self.so_far.difference.is_none() && !self.limits.reached();
        !self.so_far.complete
    }

    /// One deployment and calls to it.
    fn episode(&mut self, length: usize) -> Result<(), BehaviourError> {
        let Some((mut pair, constructor)) = self.deploy()? else { return Ok(()) };
        let mut calls = vec![constructor];
        for _ in 0..length {
            if self.is_over() {
                break;
            }
            let Some(entry) = self.interface.pick(&mut self.rng, self.target) else { break };
            calls.push(self.pool.call(&mut self.rng, entry, pair.sides[0].contract));
            let step = pair.call(&calls[calls.len() - 1])?;
            self.note(step, &calls)?;
        }
        Ok(())
    }

    /// Both sides deployed with the first arguments that the reference takes; none when the candidate does not take them alike.
    fn deploy(&mut self) -> Result<Option<(Pair, Call)>, BehaviourError> {
        let mut reason = String::new();
        for _ in 0..Fuzz::ATTEMPTS {
            let mut pair = self.pair.clone();
            let storage = self.drawn_storage.then(|| self.rng.random());
            let call = Call { storage, ..self.pool.call(&mut self.rng, &self.interface.constructor, Address::ZERO) };
            match pair.deploy(&self.codes, &call)? {
                Step::Agreed(outcome, _) if !outcome.succeeded() => reason = outcome.ended.shown(),
                step @ Step::Agreed(..) => {
                    self.note(step, std::slice::from_ref(&call))?;
                    return Ok(Some((pair, call)));
                }
                Step::Undecided => reason = "needs too much gas".into(),
                step => {
                    self.note(step, &[call])?;
                    return Ok(None);
                }
            }
        }
        Err(BehaviourError::NotDeployed { contract: self.name.clone(), attempts: Fuzz::ATTEMPTS, reason })
    }

    fn note(&mut self, step: Step, calls: &[Call]) -> Result<(), BehaviourError> {
        match step {
            Step::Undecided => self.so_far.undecided += 1,
            Step::Differed(difference) => {
                let whole = Difference { calls: calls.to_vec(), ..difference };
                let replay = |calls: &[Call]| self.pair.replay(&self.codes, calls);
                self.so_far.difference = Some(shrink::shortest(whole, replay, || self.limits.reached())?);
            }
            Step::Agreed(outcome, gas) => {
                let succeeded = outcome.succeeded();
                self.so_far.agreed += 1;
                self.so_far.reverted += usize::from(!succeeded);
                if let Some(call) = calls.last() {
                    let tally = self.so_far.functions.entry(call.function.clone()).or_default();
                    tally.agreed += 1;
                    if succeeded {
                        tally.succeeded += 1;
                        (0..2).for_each(|side| tally.gas[side] += gas[side]);
                    }
                    self.pool.see(call.words());
                }
                self.pool.see(outcome.words());
                self.pool.compare(&outcome.compared);
            }
        }
        Ok(())
    }
}

impl Call {
    fn words(&self) -> impl Iterator<Item = U256> {
        self.data.get(4..).unwrap_or_default().chunks_exact(32).map(U256::from_be_slice)
    }
}

/// Reference and candidate, each on its chain.
#[derive(Clone)]
struct Pair {
    sides: [Chain; 2],
    gas: u64,
    reverts: Reverts,
}

/// What a call to both came to.
enum Step {
    /// The reference's outcome, and what the call cost both.
    Agreed(Outcome, [u64; 2]),
    Undecided,
    /// Its calls are not filled in.
    Differed(Difference),
}

impl Pair {
    fn deploy(&mut self, codes: &[Vec<u8>; 2], call: &Call) -> Result<Step, BehaviourError> {
        let [one, two] = &mut self.sides;
        let (one, two) = (one.deploy(&codes[0], call)?, two.deploy(&codes[1], call)?);
        Ok(self.judge(one, two, u64::MAX))
    }

    fn call(&mut self, call: &Call) -> Result<Step, BehaviourError> {
        let [one, two] = &mut self.sides;
        let ((one_did, one_state), (two_did, two_state)) = (one.call(call, self.gas)?, two.call(call, self.gas)?);
        let step = self.judge(one_did, two_did, self.gas);
        if matches!(step, Step::Agreed(..)) {
            let [one, two] = &mut self.sides;
            one.commit(one_state);
            two.commit(two_state);
        }
        Ok(step)
    }

    fn judge(&self, one: Outcome, two: Outcome, gas: u64) -> Step {
        let is_open = self.reverts == Reverts::Open && one.succeeded() != two.succeeded();
        if is_open || one.is_a_matter_of_gas(&two, gas) {
            return Step::Undecided;
        }
        match one.differs(&two, self.reverts) {
            None => {
                let gas = [one.gas, two.gas];
                Step::Agreed(one, gas)
            }
            Some((aspect, reference, candidate)) => {
                Step::Differed(Difference { calls: Vec::new(), aspect, reference, candidate })
            }
        }
    }

    /// The first difference that some calls show on chains where nothing is deployed yet.
    fn replay(&self, codes: &[Vec<u8>; 2], calls: &[Call]) -> Result<Option<Difference>, BehaviourError> {
        let mut pair = self.clone();
        for (at, call) in calls.iter().enumerate() {
            let step = if at == 0 { pair.deploy(codes, call)? } else { pair.call(call)? };
            match step {
                Step::Differed(difference) => {
                    return Ok(Some(Difference { calls: calls[..=at].to_vec(), ..difference }));
                }
                Step::Agreed(outcome, _) if at == 0 && !outcome.succeeded() => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }
}

fn code(contract: &CompiledContract) -> Result<Vec<u8>, BehaviourError> {
    if contract.bytecode.is_empty() {
        return Err(BehaviourError::NoCode { contract: label(contract) });
    }
    let unread =
        |reason: hex::FromHexError| BehaviourError::Code { contract: label(contract), reason: reason.to_string() };
    hex::decode(&contract.bytecode).map_err(unread)
}

fn interface(contract: &CompiledContract) -> Result<Interface, BehaviourError> {
    let unread = |reason: String| BehaviourError::Abi { contract: label(contract), reason };
    let abi: JsonAbi = serde_json::from_value(contract.abi.clone()).map_err(|reason| unread(reason.to_string()))?;
    Interface::of(abi).map_err(|reason| unread(reason.to_string()))
}

/// As solc names contracts.
fn label(contract: &CompiledContract) -> String {
    format!("{}:{}", contract.file.display(), contract.name)
}

#[cfg(test)]
mod tests;
