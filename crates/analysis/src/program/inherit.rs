//! Inheritance: the order in which Solidity looks through the bases of a contract.

use super::{ContractId, Program, Symbol};

impl Program {
    /// Fills in `linear` of every contract. A cycle or an order that C3 cannot keep falls back to depth first.
    pub(super) fn link_bases(&mut self) {
        let count = self.contracts.len();
        let direct: Vec<(Vec<ContractId>, bool)> = (0..count).map(|at| self.direct_bases(ContractId(at))).collect();
        let mut done: Vec<Option<Vec<ContractId>>> = vec![None; count];
        for at in 0..count {
            let linear = linearize(ContractId(at), &direct, &mut done, &mut Vec::new());
            self.contracts[at].incomplete = linear.iter().any(|id| direct[id.0].1);
            self.contracts[at].linear = linear;
        }
    }

    /// Bases as written, and whether one of them is not known.
    fn direct_bases(&self, id: ContractId) -> (Vec<ContractId>, bool) {
        let file = self.contract_file(id);
        let mut bases = Vec::new();
        let mut incomplete = false;
        for base in &self.contract(id).bases {
            // Not through the contract itself: its own linearization is what we are about to find.
            match self.resolve_path(file, None, &base.path) {
                Some(Symbol::Contract(base)) if base != id => bases.push(base),
                _ => incomplete = true,
            }
        }
        (bases, incomplete)
    }
}

fn linearize(
    id: ContractId,
    direct: &[(Vec<ContractId>, bool)],
    done: &mut Vec<Option<Vec<ContractId>>>,
    stack: &mut Vec<ContractId>,
) -> Vec<ContractId> {
    if let Some(linear) = &done[id.0] {
        return linear.clone();
    }
    // A cycle, or a chain so long that it would use up the stack.
    if stack.contains(&id) || stack.len() > 128 {
        return vec![id];
    }
    stack.push(id);
    // Solidity lists bases from the most basic to the most derived, the reverse of C3's own order.
    let bases: Vec<ContractId> = direct[id.0].0.iter().rev().copied().filter(|base| !stack.contains(base)).collect();
    let mut lists: Vec<Vec<ContractId>> = bases.iter().map(|&base| linearize(base, direct, done, stack)).collect();
    let mut linear = vec![id];
    match lists.as_mut_slice() {
        // One base leaves nothing to merge; long chains are of this kind.
        [only] => linear.append(only),
        _ => {
            lists.push(bases);
            linear.extend(merge(lists.clone()).unwrap_or_else(|| depth_first(&lists)));
        }
    }
    linear.dedup();
    stack.pop();
    if stack.is_empty() || !direct[id.0].0.iter().any(|base| stack.contains(base)) {
        done[id.0] = Some(linear.clone());
    }
    linear
}

/// The C3 merge; `None` when the lists contradict each other.
fn merge(mut lists: Vec<Vec<ContractId>>) -> Option<Vec<ContractId>> {
    let mut merged = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(merged);
        }
        let in_tail = |id: ContractId| lists.iter().any(|list| list[1..].contains(&id));
        let next = lists.iter().map(|list| list[0]).find(|&id| !in_tail(id))?;
        merged.push(next);
        for list in &mut lists {
            list.retain(|&id| id != next);
        }
    }
}

fn depth_first(lists: &[Vec<ContractId>]) -> Vec<ContractId> {
    let mut order = Vec::new();
    for &id in lists.iter().flatten() {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    order
}
