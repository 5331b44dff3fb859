//! Which names a file sees.

use super::{ContractId, ContractInfo, File, FunctionId, Owned, Program, StructId, Ty, VariableId};
use crate::ir::Imported;
use std::collections::HashMap;

/// What a name means.
#[derive(Clone, Debug, PartialEq)]
pub enum Symbol {
    /// A contract, interface or library.
    Contract(ContractId),
    /// A free function.
    Function(FunctionId),
    /// A constant of a file.
    Variable(VariableId),
    /// A struct.
    Struct(StructId),
    /// An enum.
    Enum,
    /// A user-defined value type, with what it wraps.
    ValueType(Ty),
    /// An error.
    Error,
    /// All names of a file, below one name.
    Namespace(usize),
}

/// Names that a file or a contract itself declares.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub symbols: HashMap<String, Vec<Symbol>>,
}

impl Names {
    fn add(&mut self, name: &str, symbol: Symbol) {
        self.symbols.entry(name.to_owned()).or_default().push(symbol);
    }
}

impl Program {
    /// Gives every declaration of a file its id and its name.
    pub(super) fn declare(&mut self, file: usize) {
        let tree = self.files[file].ir.clone();
        let mut names = Names::default();
        for (index, contract) in tree.contracts.iter().enumerate() {
            let id = ContractId(self.contracts.len());
            names.add(&contract.name, Symbol::Contract(id));
            let owned = |index| Owned { file, contract: Some(id), index };
            let functions =
                (0..contract.functions.len()).map(|at| push(&mut self.functions, owned(at))).map(FunctionId);
            let functions: Vec<FunctionId> = functions.collect();
            let mut named: HashMap<String, Vec<FunctionId>> = HashMap::new();
            for (function, &id) in contract.functions.iter().zip(&functions) {
                named.entry(function.name.clone()).or_default().push(id);
            }
            let variables =
                (0..contract.variables.len()).map(|at| push(&mut self.variables, owned(at))).map(VariableId);
            let variables = variables.collect();
            self.structs.extend((0..contract.structs.len()).map(owned));
            self.contracts.push(ContractInfo {
                file,
                index,
                linear: vec![id],
                incomplete: false,
                functions,
                named,
                variables,
            });
        }
        let owned = |index| Owned { file, contract: None, index };
        for (index, function) in tree.functions.iter().enumerate() {
            let id = FunctionId(push(&mut self.functions, owned(index)));
            names.add(&function.name, Symbol::Function(id));
            self.files[file].functions.push(id);
        }
        for (index, constant) in tree.constants.iter().enumerate() {
            names.add(&constant.name, Symbol::Variable(VariableId(push(&mut self.variables, owned(index)))));
        }
        for (index, item) in tree.structs.iter().enumerate() {
            names.add(&item.name, Symbol::Struct(StructId(push(&mut self.structs, owned(index)))));
        }
        tree.enums.iter().for_each(|item| names.add(&item.name, Symbol::Enum));
        tree.errors.iter().for_each(|item| names.add(&item.name, Symbol::Error));
        for (name, inner) in &tree.value_types {
            names.add(name, Symbol::ValueType(Ty::elementary(&inner.kind).unwrap_or(Ty::Unknown)));
        }
        self.files[file].names = names;
    }

    /// What `name` means at the top of `file`: its own declarations first, then what it imports.
    pub fn lookup(&self, file: usize, name: &str) -> Vec<Symbol> {
        self.visible(file, name, &mut Vec::new())
    }

    fn visible(&self, file: usize, name: &str, seen: &mut Vec<(usize, String)>) -> Vec<Symbol> {
        if seen.iter().any(|(known, by)| *known == file && by == name) {
            return Vec::new();
        }
        seen.push((file, name.to_owned()));
        let File { ir, targets, names, .. } = &self.files[file];
        if let Some(found) = names.symbols.get(name) {
            return found.clone();
        }
        for import in &ir.imports {
            let Some(&target) = targets.get(&import.path) else { continue };
            let found = match &import.items {
                Imported::All => self.visible(target, name, seen),
                Imported::Namespace(alias) if alias == name => vec![Symbol::Namespace(target)],
                Imported::Namespace(_) => Vec::new(),
                Imported::Names(list) => match list.iter().find(|(_, alias)| alias == name) {
                    Some((original, _)) => self.visible(target, original, seen),
                    None => Vec::new(),
                },
            };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// What a dotted name means, seen from a contract or from the top of a file.
    pub fn resolve_path(&self, file: usize, contract: Option<ContractId>, path: &[String]) -> Option<Symbol> {
        let (first, rest) = path.split_first()?;
        let mut symbol = self.resolve_name(file, contract, first)?;
        for name in rest {
            symbol = match symbol {
                Symbol::Namespace(target) => self.lookup(target, name).into_iter().next()?,
                Symbol::Contract(id) => self.member_type(id, name)?,
                _ => return None,
            };
        }
        Some(symbol)
    }

    fn resolve_name(&self, file: usize, contract: Option<ContractId>, name: &str) -> Option<Symbol> {
        let inherited = contract.and_then(|id| self.member_type(id, name));
        inherited.or_else(|| self.lookup(file, name).into_iter().next())
    }

    /// A struct, enum, value type or error that a contract declares or inherits.
    fn member_type(&self, contract: ContractId, name: &str) -> Option<Symbol> {
        self.linearized(contract).iter().find_map(|&id| {
            let tree = self.contract(id);
            if let Some(index) = tree.structs.iter().position(|item| item.name == name) {
                let same = |owned: &Owned| owned.contract == Some(id) && owned.index == index;
                return self.structs.iter().position(same).map(|at| Symbol::Struct(StructId(at)));
            }
            if tree.enums.iter().any(|item| item.name == name) {
                return Some(Symbol::Enum);
            }
            if let Some((_, inner)) = tree.value_types.iter().find(|(item, _)| item == name) {
                return Some(Symbol::ValueType(Ty::elementary(&inner.kind).unwrap_or(Ty::Unknown)));
            }
            tree.errors.iter().any(|item| item.name == name).then_some(Symbol::Error)
        })
    }
}

fn push(list: &mut Vec<Owned>, item: Owned) -> usize {
    list.push(item);
    list.len() - 1
}
