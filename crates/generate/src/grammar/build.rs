//! From a scope to a grammar: one family of rules per type. `a` is an atom of exactly the type, `l` one that can be assigned to, `x`
//! an expression of exactly the type, and `e` whatever stands where the type is wanted.

use super::{
    rules::Rules,
    scope::{Callable, Scope},
    types::{Place, Type},
};
use solwright_analysis::ir::Mutability;
use std::collections::{HashMap, VecDeque};

/// A local, or what else a body declares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Local {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A tuple of declarations as far as it is written: locals by index, or nothing in a slot.
pub type Pattern = Vec<Option<usize>>;

/// What a body has declared so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Locals {
    /// In the order in which they were first seen; the index is the bit.
    pub all: Vec<Local>,
    /// Tuples of them.
    pub tuples: Vec<Pattern>,
}

/// White space that a keyword takes along, so that no name can follow it without.
pub const GAP: &str = r"([ \t]{1,4}|[ \t]{0,2}\r?\n[ \t]{0,48})";

/// The grammar that is being made.
pub struct Build<'a> {
    pub(super) scope: &'a Scope,
    pub(super) locals: &'a Locals,
    pub(super) rules: Rules,
    types: Vec<Type>,
    ids: HashMap<Type, usize>,
    pending: VecDeque<Type>,
    tuples: Vec<Vec<Type>>,
    pub(super) writes: bool,
    pub(super) reads: bool,
    /// The number of `uint256`.
    pub(super) wide: usize,
}

impl<'a> Build<'a> {
    /// The grammar of a body, from after its opening brace to its closing one.
    pub fn grammar(scope: &'a Scope, locals: &'a Locals) -> Option<String> {
        let mut build = Self {
            scope,
            locals,
            rules: Rules::default(),
            types: Vec::new(),
            ids: HashMap::new(),
            pending: VecDeque::new(),
            tuples: Vec::new(),
            writes: !matches!(scope.mutability, Mutability::Pure | Mutability::View),
            reads: scope.mutability != Mutability::Pure,
            wide: 0,
        };
        build.seed();
        build.wide = build.id(&Type::Uint(256));
        build.values();
        build.callables();
        build.globals();
        build.statements();
        while let Some(ty) = build.pending.pop_front() {
            build.members(&ty);
        }
        build.declarations();
        build.conversions();
        build.encodings();
        build.operators();
        build.tuple_calls();
        build.terminals();
        build.rules.write()
    }

    fn seed(&mut self) {
        let (memory, uint) = (Place::Memory, Type::Uint(256));
        let usual = [
            Type::Bool,
            uint.clone(),
            Type::Uint(8),
            Type::Uint(160),
            Type::Int(256),
            Type::Address,
            Type::Payable,
            Type::Fixed(32),
            Type::Fixed(20),
            Type::Fixed(4),
            Type::Fixed(1),
            Type::Bytes(memory),
            Type::Text(memory),
            Type::Array(Box::new(uint), None, memory),
            Type::Array(Box::new(Type::Address), None, memory),
        ];
        usual.iter().for_each(|ty| {
            self.id(ty);
        });
        self.scope.elementary.iter().for_each(|ty| {
            self.id(ty);
        });
        for (index, contract) in self.scope.contracts.iter().enumerate() {
            if !contract.path.is_empty() {
                self.id(&Type::Contract(index));
            }
        }
        for (index, held) in self.scope.structs.iter().enumerate() {
            if !held.path.is_empty() {
                self.id(&Type::Struct(index, Place::Memory));
            }
        }
        (0..self.scope.enums.len()).for_each(|index| {
            self.id(&Type::Enum(index));
        });
        (0..self.scope.wrapped.len()).for_each(|index| {
            self.id(&Type::Wrapped(index));
        });
    }

    /// The number of a type; a new one is worked on later.
    pub(super) fn id(&mut self, ty: &Type) -> usize {
        if let Some(id) = self.ids.get(ty) {
            return *id;
        }
        let id = self.types.len();
        self.types.push(ty.clone());
        self.ids.insert(ty.clone(), id);
        self.pending.push_back(ty.clone());
        id
    }

    /// A rule of a type's family, as a reference.
    pub(super) fn of(&mut self, family: &str, ty: &Type) -> String {
        format!("@{family}{}", self.id(ty))
    }

    /// The types so far with their numbers.
    pub(super) fn all(&self) -> Vec<(usize, Type)> {
        self.types.iter().cloned().enumerate().collect()
    }

    /// The number of a tuple type.
    pub(super) fn tuple(&mut self, types: &[Type]) -> usize {
        types.iter().for_each(|ty| {
            self.id(ty);
        });
        if let Some(at) = self.tuples.iter().position(|known| known == types) {
            return at;
        }
        self.tuples.push(types.to_vec());
        self.tuples.len() - 1
    }

    /// The tuple types with their numbers.
    pub(super) fn all_tuples(&self) -> Vec<(usize, Vec<Type>)> {
        self.tuples.iter().cloned().enumerate().collect()
    }

    /// Adds an atom of a type.
    pub(super) fn atom(&mut self, ty: &Type, text: String) {
        let id = self.id(ty);
        self.rules.add(&format!("a{id}"), text);
    }

    /// Adds an atom that can be assigned to where `writable` holds.
    pub(super) fn variable(&mut self, ty: &Type, text: String, writable: bool) {
        let id = self.id(ty);
        let assignable = writable && !matches!(ty, Type::Mapping(..));
        self.rules.add(&format!("{}{id}", if assignable { "l" } else { "a" }), text);
    }

    /// Arguments in parentheses, by place or by name.
    pub(super) fn arguments(&mut self, callable: &Callable, skip: usize) -> String {
        let family = if callable.is_overloaded { "x" } else { "e" };
        let params: Vec<(String, String)> =
            callable.params.iter().skip(skip).map(|(name, ty)| (name.clone(), self.of(family, ty))).collect();
        let plain: Vec<&str> = params.iter().map(|(_, rule)| rule.as_str()).collect();
        let plain = format!("\"(\" {} \")\"", plain.join(" \",\" "));
        if params.is_empty() || callable.is_overloaded || params.iter().any(|(name, _)| name.is_empty()) || skip > 0 {
            return plain;
        }
        let named: Vec<String> = params.iter().map(|(name, rule)| format!("\"{name}\" \":\" {rule}")).collect();
        format!("({plain} | \"(\" \"{{\" {} \"}}\" \")\")", named.join(" \",\" "))
    }

    /// How a type is written, as literals, without its place; none where it cannot be.
    pub(super) fn spelled(&self, ty: &Type) -> Option<Vec<String>> {
        let scope = self.scope;
        let named =
            |path: &[String]| (!path.is_empty()).then(|| path.join(" . ").split(' ').map(str::to_owned).collect());
        match ty {
            Type::Bool => Some(vec!["bool".into()]),
            Type::Address => Some(vec!["address".into()]),
            Type::Payable => Some(vec!["address payable".into()]),
            Type::Uint(bits) => Some(vec![format!("uint{bits}")]),
            Type::Int(bits) => Some(vec![format!("int{bits}")]),
            Type::Fixed(bytes) => Some(vec![format!("bytes{bytes}")]),
            Type::Bytes(_) => Some(vec!["bytes".into()]),
            Type::Text(_) => Some(vec!["string".into()]),
            Type::Array(element, length, _) => {
                let mut parts = self.spelled(element)?;
                parts.push("[".into());
                parts.extend(length.clone());
                parts.push("]".into());
                Some(parts)
            }
            Type::Mapping(..) => None,
            Type::Struct(index, _) => named(&scope.structs[*index].path),
            Type::Enum(index) => named(&scope.enums[*index].path),
            Type::Wrapped(index) => named(&scope.wrapped[*index].path),
            Type::Contract(index) => named(&scope.contracts[*index].path),
        }
    }
}

/// Literals, white space between them free.
pub(super) fn literals(parts: &[String]) -> String {
    let quoted = parts.iter().map(|part| match part.as_str() {
        "uint256" => "(\"uint256\" | \"uint\")".to_owned(),
        "int256" => "(\"int256\" | \"int\")".to_owned(),
        _ => format!("\"{part}\""),
    });
    quoted.collect::<Vec<String>>().join(" ")
}
