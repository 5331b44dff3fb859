//! All files linked: contracts with their bases, names with what they mean, types.
//!
//! Missing imports leave holes, never errors: a name without a declaration is [`Ty::Unresolved`], and facts say what
//! can be said of it.

mod ids;
mod inherit;
pub mod lookup;
mod names;
mod scope;
#[cfg(test)]
mod tests;
mod types;

pub use ids::{ContractId, FunctionId, Place, StructId, VariableId};
pub use lookup::Callable;
pub use names::Symbol;
pub use scope::Scope;
pub use types::Ty;

use crate::{
    ir::{self, FileIr, lowest_version},
    project::Sources,
};
use names::Names;
use std::{collections::HashMap, path::Path, path::PathBuf, sync::Arc};

/// A linked program. Cheap to build: trees are shared with earlier builds.
#[derive(Debug)]
pub struct Program {
    files: Vec<File>,
    contracts: Vec<ContractInfo>,
    functions: Vec<Owned>,
    variables: Vec<Owned>,
    structs: Vec<Owned>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    text: Arc<str>,
    ir: Arc<FileIr>,
    /// Hash of the text.
    hash: u64,
    /// Import path, as written, to the file it leads to.
    targets: HashMap<String, usize>,
    names: Names,
    functions: Vec<FunctionId>,
}

#[derive(Debug)]
struct ContractInfo {
    file: usize,
    index: usize,
    /// Itself first, then its bases from the most derived to the most basic.
    linear: Vec<ContractId>,
    /// Whether a base could not be resolved, here or further up.
    incomplete: bool,
    functions: Vec<FunctionId>,
    /// The same by name, for calls outnumber declarations.
    named: HashMap<String, Vec<FunctionId>>,
    variables: Vec<VariableId>,
}

/// Where a declaration lives: in a contract or in a file, at an index.
#[derive(Clone, Copy, Debug)]
struct Owned {
    file: usize,
    contract: Option<ContractId>,
    index: usize,
}

impl Program {
    /// Links the files of `sources`.
    pub fn build(sources: &Sources) -> Self {
        let texts: Vec<Arc<str>> = sources.files.iter().map(|file| file.text.clone()).collect();
        let mut program = Self {
            files: Vec::new(),
            contracts: Vec::new(),
            functions: Vec::new(),
            variables: Vec::new(),
            structs: Vec::new(),
        };
        for (source, (tree, hash)) in sources.files.iter().zip(ir::file_ir(&texts)) {
            let targets = source.imports.iter().filter_map(|import| Some((import.path.clone(), import.target?)));
            program.files.push(File {
                path: source.path.clone(),
                text: source.text.clone(),
                ir: tree,
                hash,
                targets: targets.collect(),
                names: Names::default(),
                functions: Vec::new(),
            });
        }
        for file in 0..program.files.len() {
            program.declare(file);
        }
        program.link_bases();
        program
    }

    /// Hashes of the texts, the main file's first.
    pub fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.files.iter().map(|file| file.hash)
    }

    /// Contracts of the main file, in the order of the text.
    pub fn main_contracts(&self) -> impl Iterator<Item = ContractId> + '_ {
        self.contract_ids().filter(|&id| self.contract_file(id) == 0)
    }

    /// Functions and modifiers that the main file declares, in the order of the text.
    pub fn main_functions(&self) -> impl Iterator<Item = FunctionId> + '_ {
        self.function_ids().filter(|&id| self.function_file(id) == 0)
    }

    /// Functions and modifiers of all files.
    pub fn function_ids(&self) -> impl Iterator<Item = FunctionId> + '_ {
        (0..self.functions.len()).map(FunctionId)
    }

    /// The function of the main file whose text holds `offset`.
    pub fn function_at(&self, offset: usize) -> Option<FunctionId> {
        self.main_functions().find(|&id| self.function(id).span.contains(offset))
    }

    /// All contracts.
    pub fn contract_ids(&self) -> impl Iterator<Item = ContractId> + '_ {
        (0..self.contracts.len()).map(ContractId)
    }

    /// A contract's tree.
    pub fn contract(&self, id: ContractId) -> &ir::Contract {
        let info = &self.contracts[id.0];
        &self.files[info.file].ir.contracts[info.index]
    }

    /// Index of the file that declares a contract; 0 is the main file.
    pub fn contract_file(&self, id: ContractId) -> usize {
        self.contracts[id.0].file
    }

    /// The contract itself, then its bases from the most derived to the most basic.
    pub fn linearized(&self, id: ContractId) -> &[ContractId] {
        &self.contracts[id.0].linear
    }

    /// Whether a base of the contract, near or far, could not be resolved.
    pub fn has_missing_base(&self, id: ContractId) -> bool {
        self.contracts[id.0].incomplete
    }

    /// Functions and modifiers that a contract itself declares.
    pub fn functions_of(&self, id: ContractId) -> &[FunctionId] {
        &self.contracts[id.0].functions
    }

    /// State variables that a contract itself declares.
    pub fn variables_of(&self, id: ContractId) -> &[VariableId] {
        &self.contracts[id.0].variables
    }

    /// A function's tree.
    pub fn function(&self, id: FunctionId) -> &ir::Function {
        let owned = self.functions[id.0];
        match owned.contract {
            Some(contract) => &self.contract(contract).functions[owned.index],
            None => &self.files[owned.file].ir.functions[owned.index],
        }
    }

    /// The contract that declares a function; `None` for a free one.
    pub fn function_contract(&self, id: FunctionId) -> Option<ContractId> {
        self.functions[id.0].contract
    }

    /// Index of the file that declares a function.
    pub fn function_file(&self, id: FunctionId) -> usize {
        self.functions[id.0].file
    }

    /// A state variable's or constant's tree.
    pub fn variable(&self, id: VariableId) -> &ir::Variable {
        let owned = self.variables[id.0];
        match owned.contract {
            Some(contract) => &self.contract(contract).variables[owned.index],
            None => &self.files[owned.file].ir.constants[owned.index],
        }
    }

    /// Where a state variable is declared.
    pub fn variable_place(&self, id: VariableId) -> Place {
        Place { file: self.variables[id.0].file, span: self.variable(id).span }
    }

    /// A struct's tree.
    pub fn structure(&self, id: StructId) -> &ir::Struct {
        let owned = self.structs[id.0];
        match owned.contract {
            Some(contract) => &self.contract(contract).structs[owned.index],
            None => &self.files[owned.file].ir.structs[owned.index],
        }
    }

    /// Index of the file that declares a struct.
    pub fn structure_file(&self, id: StructId) -> usize {
        self.structs[id.0].file
    }

    /// The contract that declares a struct; `None` for one of a file.
    pub fn structure_home(&self, id: StructId) -> Option<ContractId> {
        self.structs[id.0].contract
    }

    /// Path of a file.
    pub fn path(&self, file: usize) -> &Path {
        &self.files[file].path
    }

    /// Text of a file.
    pub fn text(&self, file: usize) -> &str {
        &self.files[file].text
    }

    /// Whether the main file allows a compiler before `0.minor`.
    pub fn allows_before(&self, minor: u32) -> bool {
        let pragmas = self.file(0).pragmas.iter().map(|span| span.text(self.text(0)));
        let mut asked = pragmas.filter(|text| text.contains("solidity")).filter_map(lowest_version);
        asked.any(|(lowest, _)| lowest < minor)
    }

    /// Tree of a file.
    pub fn file(&self, file: usize) -> &FileIr {
        &self.files[file].ir
    }

    /// The text of a place on one line.
    pub fn snippet(&self, place: Place) -> String {
        let words: Vec<&str> = place.span.text(self.text(place.file)).split_whitespace().collect();
        words.join(" ")
    }
}
