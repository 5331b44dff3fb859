//! Where a function is observed: in which contract of a file, and by which entry.

use crate::compile::CompiledContract;
use std::cmp::Reverse;

/// A body that is never right.
pub const REVERT: &str = "{ revert(); }";
/// A body as a stub has it.
pub const EMPTY: &str = "{}";
/// Bodies that do nothing: where one of them does what another body does, calls prove nothing of that.
pub const IDLE: [&str; 2] = [REVERT, EMPTY];

/// A large file may hold many contracts; the largest ones are what it was written for.
const MOST_CONTRACTS: usize = 3;

/// What can be deployed to observe a function of the contract `own`: that contract, then the largest others, for it may be abstract or a
/// library.
pub fn subjects<'a>(contracts: &'a [CompiledContract], own: &str) -> Vec<&'a CompiledContract> {
    let mut all: Vec<_> = contracts.iter().filter(|contract| !contract.bytecode.is_empty()).collect();
    all.sort_by_key(|contract| (contract.name != own, Reverse(contract.deployed.len())));
    all.truncate(MOST_CONTRACTS);
    all
}

/// The signature of the function `name` in the contract's interface; none where it has none or several, and then all are called.
pub fn entry(contract: &CompiledContract, name: &str) -> Option<String> {
    let signatures = contract.selectors.as_object()?.keys();
    let mut named = signatures.filter(|key| key.split_once('(').is_some_and(|(before, _)| before == name));
    let first = named.next()?;
    named.next().is_none().then(|| first.clone())
}
