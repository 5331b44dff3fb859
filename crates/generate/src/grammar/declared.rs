//! Declared types: which there are, how each is written from here, and what a written type means.

use super::{
    scope::{Enum, Struct, Wrapped},
    types::{Place, Type},
};
use solwright_analysis::{
    Program,
    ir::{self, ContractKind, ExprKind, Location, TypeName, TypeNameKind},
    program::{ContractId, Symbol},
};
use std::collections::{HashMap, HashSet};

/// What a nominal type is.
#[derive(Clone, Copy, Debug)]
enum Nominal {
    Struct(usize),
    Enum(usize),
    Wrapped(usize),
}

/// Where a declaration stands: in a contract or in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Home {
    Contract(ContractId),
    File(usize),
}

/// The declared types of a program, seen from one contract.
#[derive(Debug)]
pub struct Declarations<'a> {
    program: &'a Program,
    home: Option<ContractId>,
    file: usize,
    names: HashMap<(Home, &'a str), Nominal>,
    /// Words of the function's contract and its bases, where the program is so large that only what they name is offered.
    near: Option<HashSet<&'a str>>,
    structs: Vec<(Home, &'a ir::Struct)>,
    enums: Vec<(Home, &'a ir::Enum)>,
    wrapped: Vec<(Home, &'a (String, TypeName))>,
}

impl<'a> Declarations<'a> {
    /// All types of the program.
    pub fn of(program: &'a Program, home: Option<ContractId>, file: usize) -> Self {
        let mut all = Self {
            program,
            home,
            file,
            names: HashMap::new(),
            near: near(program, home),
            structs: Vec::new(),
            enums: Vec::new(),
            wrapped: Vec::new(),
        };
        for id in program.contract_ids() {
            let ir = program.contract(id);
            all.add(Home::Contract(id), &ir.structs, &ir.enums, &ir.value_types);
        }
        let files = program.hashes().count();
        for index in 0..files {
            let ir = program.file(index);
            all.add(Home::File(index), &ir.structs, &ir.enums, &ir.value_types);
        }
        all
    }

    fn add(&mut self, home: Home, structs: &'a [ir::Struct], enums: &'a [ir::Enum], wrapped: &'a [(String, TypeName)]) {
        for item in structs {
            self.names.insert((home, &item.name), Nominal::Struct(self.structs.len()));
            self.structs.push((home, item));
        }
        for item in enums {
            self.names.insert((home, &item.name), Nominal::Enum(self.enums.len()));
            self.enums.push((home, item));
        }
        for item in wrapped {
            self.names.insert((home, &item.0), Nominal::Wrapped(self.wrapped.len()));
            self.wrapped.push((home, item));
        }
    }

    /// The structs, by index.
    pub fn structs(&self) -> Vec<Struct> {
        let of = |(home, item): &(Home, &ir::Struct)| {
            let (contract, file) = self.place(*home);
            let fields: Vec<Option<(String, Type)>> = item
                .fields
                .iter()
                .map(|field| Some((field.name.clone(), self.ty(contract, file, &field.ty)?.at(Place::Storage))))
                .collect();
            let is_whole = fields.iter().all(Option::is_some);
            Struct { path: self.path(*home, &item.name), fields: fields.into_iter().flatten().collect(), is_whole }
        };
        self.structs.iter().map(of).collect()
    }

    /// The enums, by index.
    pub fn enums(&self) -> Vec<Enum> {
        let of = |(home, item): &(Home, &ir::Enum)| Enum {
            path: self.path(*home, &item.name),
            members: item.members.clone(),
        };
        self.enums.iter().map(of).collect()
    }

    /// The user-defined value types, by index.
    pub fn wrapped(&self) -> Vec<Wrapped> {
        let of = |(home, item): &(Home, &(String, TypeName))| {
            let (contract, file) = self.place(*home);
            let inner = self.ty(contract, file, &item.1).unwrap_or(Type::Uint(256));
            Wrapped { path: self.path(*home, &item.0), inner }
        };
        self.wrapped.iter().map(of).collect()
    }

    /// The file of a contract.
    pub fn file_of(&self, id: ContractId) -> usize {
        self.program.contract_file(id)
    }

    /// How a contract is written from here; none where its name means nothing or another.
    pub fn contract_path(&self, id: ContractId) -> Option<String> {
        let name = &self.program.contract(id).name;
        if self.near.as_ref().is_some_and(|near| !near.contains(name.as_str())) {
            return None;
        }
        let means = self.program.lookup(self.file, name).contains(&Symbol::Contract(id));
        means.then(|| name.clone())
    }

    /// The types of parameters; `place` for those of reference type, where a call copies them.
    pub fn parameters(
        &self,
        home: Option<ContractId>,
        file: usize,
        list: &ir::Parameters,
        place: Option<Place>,
    ) -> Option<Vec<(String, Type)>> {
        let of = |item: &ir::Variable| Some((item.name.clone(), self.variable(home, file, item, place)?));
        list.iter().map(of).collect()
    }

    /// The type of a parameter or a local.
    pub fn variable(
        &self,
        home: Option<ContractId>,
        file: usize,
        item: &ir::Variable,
        place: Option<Place>,
    ) -> Option<Type> {
        let stated = match item.location {
            Some(Location::Storage | Location::Transient) => Place::Storage,
            Some(Location::Calldata) => place.unwrap_or(Place::Calldata),
            _ => place.unwrap_or(Place::Memory),
        };
        Some(self.ty(home, file, &item.ty)?.at(stated))
    }

    /// What a written type means; none where it is not known.
    pub fn ty(&self, home: Option<ContractId>, file: usize, name: &TypeName) -> Option<Type> {
        Some(match &name.kind {
            TypeNameKind::Address { payable: true } => Type::Payable,
            TypeNameKind::Address { payable: false } => Type::Address,
            TypeNameKind::Bool => Type::Bool,
            TypeNameKind::Uint(bits) => Type::Uint(*bits),
            TypeNameKind::Int(bits) => Type::Int(*bits),
            TypeNameKind::FixedBytes(bytes) => Type::Fixed(*bytes),
            TypeNameKind::Bytes => Type::Bytes(Place::Storage),
            TypeNameKind::String => Type::Text(Place::Storage),
            TypeNameKind::Mapping(key, value) => {
                let key = self.ty(home, file, key)?.at(Place::Memory);
                Type::Mapping(Box::new(key), Box::new(self.ty(home, file, value)?))
            }
            TypeNameKind::Array(element, length) => {
                let length = length.as_ref().map(|length| match length.peeled().kind {
                    ExprKind::Number(Some(value)) => value.to_string(),
                    _ => length.span.text(self.program.text(file)).to_owned(),
                });
                Type::Array(Box::new(self.ty(home, file, element)?), length, Place::Storage)
            }
            TypeNameKind::Named(path) => self.named(home, file, path)?,
            TypeNameKind::Function | TypeNameKind::Unknown => return None,
        })
    }

    fn named(&self, home: Option<ContractId>, file: usize, path: &[String]) -> Option<Type> {
        let (last, before) = path.split_last()?;
        let nominal = match before {
            [] => self.inherited(home, last).or_else(|| self.of_file(file, last)),
            _ => match self.program.resolve_path(file, home, before)? {
                Symbol::Contract(id) => self.inherited(Some(id), last),
                Symbol::Namespace(target) => self.of_file(target, last),
                _ => None,
            },
        };
        if let Some(nominal) = nominal {
            return Some(match nominal {
                Nominal::Struct(index) => Type::Struct(index, Place::Storage),
                Nominal::Enum(index) => Type::Enum(index),
                Nominal::Wrapped(index) => Type::Wrapped(index),
            });
        }
        match self.program.resolve_path(file, home, path)? {
            Symbol::Contract(id) if self.program.contract(id).kind != ContractKind::Library => {
                Some(Type::Contract(id.0))
            }
            _ => None,
        }
    }

    fn inherited(&self, home: Option<ContractId>, name: &str) -> Option<Nominal> {
        let linear = self.program.linearized(home?).iter();
        linear.copied().find_map(|id| self.names.get(&(Home::Contract(id), name)).copied())
    }

    /// A type that a file declares, or that one it may import does.
    fn of_file(&self, file: usize, name: &str) -> Option<Nominal> {
        if let Some(found) = self.names.get(&(Home::File(file), name)) {
            return Some(*found);
        }
        let seen = self.program.lookup(file, name);
        let is_type =
            seen.iter().any(|symbol| matches!(symbol, Symbol::Struct(_) | Symbol::Enum | Symbol::ValueType(_)));
        let mut all = self.names.iter().filter(|((home, known), _)| matches!(home, Home::File(_)) && *known == name);
        all.next().filter(|_| is_type).map(|(_, found)| *found)
    }

    fn place(&self, home: Home) -> (Option<ContractId>, usize) {
        match home {
            Home::Contract(id) => (Some(id), self.program.contract_file(id)),
            Home::File(file) => (None, file),
        }
    }

    fn path(&self, home: Home, name: &str) -> Vec<String> {
        match home {
            Home::Contract(id) => {
                let inherited = self.home.is_some_and(|home| self.program.inherits(home, id));
                if inherited {
                    return vec![name.to_owned()];
                }
                self.contract_path(id).map(|contract| vec![contract, name.to_owned()]).unwrap_or_default()
            }
            Home::File(file) => {
                let seen = file == self.file || !self.program.lookup(self.file, name).is_empty();
                if seen { vec![name.to_owned()] } else { Vec::new() }
            }
        }
    }
}

/// A grammar of everything in a large file is slow; what a contract never names it hardly needs.
fn near(program: &Program, home: Option<ContractId>) -> Option<HashSet<&str>> {
    const FEW: usize = 10;
    if program.contract_ids().count() <= FEW {
        return None;
    }
    let texts = program.linearized(home?).iter().map(|&id| {
        let file = program.contract_file(id);
        program.contract(id).span.text(program.text(file))
    });
    Some(
        texts.flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != '$')).collect(),
    )
}
