//! What a body can name, each thing with its type.

use super::{
    declared::Declarations,
    types::{Place, Type},
};
use solwright_analysis::{
    Program,
    ir::{self, ContractKind, FunctionKind, Mutability, VariableMutability, Visibility},
    program::{ContractId, FunctionId},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A value with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// How it is written, by its parts.
    pub path: Vec<String>,
    /// Its type.
    pub ty: Type,
    /// Whether it may be assigned to.
    pub writable: bool,
}

/// Something with parameters: a function, an event or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// How it is written, by its parts; a member has one.
    pub path: Vec<String>,
    /// Names, empty where there is none, and types.
    pub params: Vec<(String, Type)>,
    /// What it returns.
    pub returns: Vec<Type>,
    /// Whether it takes Ether.
    pub is_payable: bool,
    /// Whether another of the same name takes as many arguments.
    pub is_overloaded: bool,
}

/// A function that `using … for` lets stand after a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Types of the value; the place may differ where it converts.
    pub receivers: Option<Type>,
    /// The function; its first parameter is the value.
    pub function: Callable,
}

/// A struct.
#[derive(Clone, Debug)]
pub struct Struct {
    /// How it is written; empty where it cannot be named.
    pub path: Vec<String>,
    /// Fields, at storage.
    pub fields: Vec<(String, Type)>,
    /// Whether every field is known.
    pub is_whole: bool,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// How it is written; empty where it cannot be named.
    pub path: Vec<String>,
    /// Its members.
    pub members: Vec<String>,
}

/// A user-defined value type.
#[derive(Clone, Debug)]
pub struct Wrapped {
    /// How it is written; empty where it cannot be named.
    pub path: Vec<String>,
    /// What it wraps.
    pub inner: Type,
}

/// A contract or interface.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name; empty where it cannot be named.
    pub path: Vec<String>,
    /// Contracts that it converts to.
    pub bases: Vec<usize>,
    /// What can be called from outside and may be called here.
    pub functions: Vec<Callable>,
    /// Functions that it declares itself, whose selectors its name gives.
    pub selectors: Vec<String>,
    /// Functions whose selectors a value gives.
    pub callable_names: Vec<String>,
    /// Whether it is an interface.
    pub is_interface: bool,
    /// Whether it takes plain Ether, so that only `address payable` converts to it.
    pub takes_ether: bool,
    /// What `new` takes; none where it cannot be created here.
    pub create: Option<Callable>,
}

/// Everything a body can name.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Structs.
    pub structs: Vec<Struct>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// User-defined value types.
    pub wrapped: Vec<Wrapped>,
    /// Contracts and interfaces; libraries are among them and are no type.
    pub contracts: Vec<Contract>,
    /// State, constants, parameters and named return values.
    pub values: Vec<Value>,
    /// Functions that may be called by name.
    pub functions: Vec<Callable>,
    /// Functions that may stand after a value.
    pub attached: Vec<Attached>,
    /// What `emit` takes.
    pub events: Vec<Callable>,
    /// What `revert` takes.
    pub errors: Vec<Callable>,
    /// What the function returns, with names.
    pub returns: Vec<(String, Type)>,
    /// What it may do.
    pub mutability: Mutability,
    /// Whether `msg.value` may be read.
    pub takes_value: bool,
    /// Minor version and patch of the compiler; a patch above all where the pragma leaves it open.
    pub version: (u32, u32),
    /// The lowest that the pragmas allow.
    pub oldest: (u32, u32),
    /// The contract of the function, when it has one that is not a library.
    pub own: Option<usize>,
    /// Whether the function is one of a library.
    pub in_library: bool,
    /// Names that a local may not have.
    pub taken: BTreeSet<String>,
    /// Elementary types that the file names.
    pub elementary: BTreeSet<Type>,
    /// Address literals that the file holds.
    pub addresses: BTreeSet<String>,
}

impl Scope {
    /// The scope of a function's body.
    pub fn of(program: &Program, function: FunctionId) -> Self {
        Reader::new(program, function).read()
    }

    /// Whether one contract converts to the other, or any other type to another.
    pub fn converts(&self, from: &Type, to: &Type) -> bool {
        match (from, to) {
            (Type::Contract(a), Type::Contract(b)) => a == b || self.contracts[*a].bases.contains(b),
            _ => from.converts_to(to),
        }
    }

    /// The type that is written so, with its place; none where there is no such type.
    pub fn type_of(&self, written: &str) -> Option<Type> {
        let (name, place) = written.split_once(' ').unwrap_or((written, ""));
        if name == "address" && place == "payable" {
            return Some(Type::Payable);
        }
        let ty = self.type_named(name)?;
        Some(match place {
            "storage" => ty.at(Place::Storage),
            "calldata" => ty.at(Place::Calldata),
            _ => ty.at(Place::Memory),
        })
    }

    fn type_named(&self, name: &str) -> Option<Type> {
        if let Some((element, length)) = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
            let length = (!length.is_empty()).then(|| length.to_owned());
            return Some(Type::Array(Box::new(self.type_named(element)?), length, Place::Memory));
        }
        let number = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.parse::<u16>().ok());
        let is = |path: &[String]| !path.is_empty() && path.join(".") == name;
        Some(match name {
            "bool" => Type::Bool,
            "address" => Type::Address,
            "uint" => Type::Uint(256),
            "int" => Type::Int(256),
            "bytes" => Type::Bytes(Place::Memory),
            "string" => Type::Text(Place::Memory),
            _ if number("uint").is_some() => Type::Uint(number("uint")?),
            _ if number("int").is_some() => Type::Int(number("int")?),
            _ if number("bytes").is_some() => Type::Fixed(u8::try_from(number("bytes")?).ok()?),
            _ => {
                let structs =
                    self.structs.iter().position(|one| is(&one.path)).map(|at| Type::Struct(at, Place::Memory));
                let enums = || self.enums.iter().position(|one| is(&one.path)).map(Type::Enum);
                let wrapped = || self.wrapped.iter().position(|one| is(&one.path)).map(Type::Wrapped);
                let contracts = || self.contracts.iter().position(|one| is(&one.path)).map(Type::Contract);
                structs.or_else(enums).or_else(wrapped).or_else(contracts)?
            }
        })
    }

    /// Whether a mapping lies somewhere in the type, so that it cannot be copied.
    pub fn holds_mapping(&self, ty: &Type) -> bool {
        self.holds_mapping_below(ty, 0)
    }

    fn holds_mapping_below(&self, ty: &Type, depth: usize) -> bool {
        match ty {
            Type::Mapping(..) => true,
            Type::Array(element, ..) => self.holds_mapping_below(element, depth + 1),
            Type::Struct(index, _) if depth < 8 => {
                let held = &self.structs[*index];
                !held.is_whole || held.fields.iter().any(|(_, ty)| self.holds_mapping_below(ty, depth + 1))
            }
            _ => false,
        }
    }
}

struct Reader<'a> {
    program: &'a Program,
    id: FunctionId,
    function: &'a ir::Function,
    home: Option<ContractId>,
    file: usize,
    declared: Declarations<'a>,
}

impl<'a> Reader<'a> {
    fn new(program: &'a Program, id: FunctionId) -> Self {
        let (home, file) = (program.function_contract(id), program.function_file(id));
        let declared = Declarations::of(program, home, file);
        Self { program, id, function: program.function(id), home, file, declared }
    }

    fn read(self) -> Scope {
        let mut scope = Scope {
            structs: self.declared.structs(),
            enums: self.declared.enums(),
            wrapped: self.declared.wrapped(),
            contracts: Vec::new(),
            values: Vec::new(),
            functions: Vec::new(),
            attached: Vec::new(),
            events: Vec::new(),
            errors: Vec::new(),
            returns: self.declared.parameters(self.home, self.file, &self.function.returns, None).unwrap_or_default(),
            mutability: self.function.mutability,
            takes_value: self.function.mutability == Mutability::Payable
                || self.function.visibility <= Visibility::Internal,
            version: version(self.program, true),
            oldest: version(self.program, false),
            own: self.home.filter(|id| !self.program.is_library(*id)).map(|id| id.0),
            in_library: self.home.is_some_and(|id| self.program.is_library(id)),
            taken: BTreeSet::new(),
            elementary: elementary(self.program.text(self.file)),
            addresses: addresses(self.program.text(self.file)),
        };
        scope.contracts = self.program.contract_ids().map(|id| self.contract(id)).collect();
        self.values(&mut scope);
        self.functions(&mut scope);
        self.attached(&mut scope);
        self.events_and_errors(&mut scope);
        mark_overloads(&mut scope.functions);
        self.taken(&mut scope);
        scope
    }

    fn linear(&self) -> &'a [ContractId] {
        self.home.map_or(&[], |home| self.program.linearized(home))
    }

    fn may_call(&self, mutability: Mutability) -> bool {
        match self.function.mutability {
            Mutability::Pure => mutability == Mutability::Pure,
            Mutability::View => matches!(mutability, Mutability::Pure | Mutability::View),
            _ => true,
        }
    }

    fn values(&self, scope: &mut Scope) {
        let reads = self.function.mutability != Mutability::Pure;
        let writes = !matches!(self.function.mutability, Mutability::Pure | Mutability::View);
        let mut locals = HashSet::new();
        let both = self.function.params.iter().chain(&self.function.returns);
        for variable in both.filter(|variable| !variable.name.is_empty()) {
            locals.insert(variable.name.as_str());
            let Some(ty) = self.declared.variable(self.home, self.file, variable, None) else { continue };
            if reads || ty.place() != Some(Place::Storage) {
                let writable = !matches!(ty.place(), Some(Place::Storage | Place::Calldata));
                scope.values.push(Value { path: vec![variable.name.clone()], ty, writable });
            }
        }
        let mut seen = HashSet::new();
        for &owner in self.linear() {
            for &id in self.program.variables_of(owner) {
                let variable = self.program.variable(id);
                let hidden = variable.visibility == Some(Visibility::Private) && Some(owner) != self.home;
                let constant = variable.mutability == VariableMutability::Constant;
                if hidden || locals.contains(variable.name.as_str()) || !seen.insert(variable.name.as_str()) {
                    continue;
                }
                let Some(ty) = self.declared.ty(Some(owner), self.declared.file_of(owner), &variable.ty) else {
                    continue;
                };
                let ty = if constant { ty.at(Place::Memory) } else { ty.at(Place::Storage) };
                if reads || constant {
                    let writable = writes && variable.mutability == VariableMutability::Mutable;
                    scope.values.push(Value { path: vec![variable.name.clone()], ty, writable });
                }
            }
        }
        for constant in &self.program.file(self.file).constants {
            if locals.contains(constant.name.as_str()) || !seen.insert(constant.name.as_str()) {
                continue;
            }
            if let Some(ty) = self.declared.ty(None, self.file, &constant.ty) {
                let path = vec![constant.name.clone()];
                scope.values.push(Value { path, ty: ty.at(Place::Memory), writable: false });
            }
        }
        self.constants_of_others(scope);
    }

    /// `Library.CONSTANT`
    fn constants_of_others(&self, scope: &mut Scope) {
        for id in self.program.contract_ids().filter(|id| self.program.is_library(*id) && Some(*id) != self.home) {
            let Some(path) = self.declared.contract_path(id) else { continue };
            for &variable in self.program.variables_of(id) {
                let variable = self.program.variable(variable);
                if variable.visibility == Some(Visibility::Private) {
                    continue;
                }
                if let Some(ty) = self.declared.ty(Some(id), self.declared.file_of(id), &variable.ty) {
                    let path = vec![path.clone(), variable.name.clone()];
                    scope.values.push(Value { path, ty: ty.at(Place::Memory), writable: false });
                }
            }
        }
    }

    fn functions(&self, scope: &mut Scope) {
        let mut seen = HashSet::new();
        let linear = self.linear();
        for (depth, &owner) in linear.iter().enumerate() {
            for &id in self.program.functions_of(owner) {
                let function = self.program.function(id);
                let hidden = function.visibility == Visibility::External
                    || function.visibility == Visibility::Private && depth > 0;
                if function.kind != FunctionKind::Function || hidden || !self.may_call(function.mutability) {
                    continue;
                }
                let Some(callable) = self.callable(id, vec![function.name.clone()], None) else { continue };
                let is_base = depth > 0 && function.body.is_some() && function.visibility != Visibility::Private;
                if is_base && !seen.contains(&super_key(&callable)) {
                    seen.insert(super_key(&callable));
                    let path = vec!["super".to_owned(), function.name.clone()];
                    scope.functions.push(Callable { path, ..callable.clone() });
                    if let Some(base) = self.declared.contract_path(owner) {
                        let path = vec![base, function.name.clone()];
                        scope.functions.push(Callable { path, ..callable.clone() });
                    }
                }
                // A body that only calls itself comes to no end, and a weak model likes it; recursion that is meant is rare.
                let is_itself = id == self.id;
                if depth == 0
                    && !is_itself
                    && function.body.is_some()
                    && let Some(own) = self.declared.contract_path(owner)
                {
                    let path = vec![own, function.name.clone()];
                    scope.functions.push(Callable { path, ..callable.clone() });
                }
                if seen.insert(key(&callable)) && !is_itself {
                    scope.functions.push(callable);
                }
            }
        }
        for function in self.program.contract_ids().filter(|id| self.program.is_library(*id) && Some(*id) != self.home)
        {
            let Some(path) = self.declared.contract_path(function) else { continue };
            for &id in self.program.functions_of(function) {
                let ir = self.program.function(id);
                if ir.kind != FunctionKind::Function
                    || ir.visibility == Visibility::Private
                    || !self.may_call(ir.mutability)
                {
                    continue;
                }
                let place = ir.is_external().then_some(Place::Memory);
                scope.functions.extend(self.callable(id, vec![path.clone(), ir.name.clone()], place));
            }
        }
        for index in 0..self.program.file(self.file).functions.len() {
            let name = &self.program.file(self.file).functions[index].name;
            for symbol in self.program.lookup(self.file, name) {
                if let solwright_analysis::program::Symbol::Function(id) = symbol
                    && self.may_call(self.program.function(id).mutability)
                    && let Some(callable) = self.callable(id, vec![name.clone()], None)
                    && seen.insert(key(&callable))
                {
                    scope.functions.push(callable);
                }
            }
        }
    }

    /// A function with its types; none where one of them is not known. A call from outside copies all that it takes and gives.
    fn callable(&self, id: FunctionId, path: Vec<String>, place: Option<Place>) -> Option<Callable> {
        let function = self.program.function(id);
        let (home, file) = (self.program.function_contract(id), self.program.function_file(id));
        let returns = self.declared.parameters(home, file, &function.returns, place)?;
        Some(Callable {
            path,
            params: self.declared.parameters(home, file, &function.params, place)?,
            returns: returns.into_iter().map(|(_, ty)| ty).collect(),
            is_payable: function.mutability == Mutability::Payable,
            is_overloaded: false,
        })
    }

    fn contract(&self, id: ContractId) -> Contract {
        let mut functions = Vec::new();
        let mut selectors = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut takes_ether = false;
        let ir = self.program.contract(id);
        let is_type = ir.kind != ContractKind::Library;
        for &owner in self.program.linearized(id) {
            for &function in self.program.functions_of(owner) {
                let ir = self.program.function(function);
                takes_ether |= ir.kind == FunctionKind::Receive
                    || ir.kind == FunctionKind::Fallback && ir.mutability == Mutability::Payable;
                if ir.kind != FunctionKind::Function || !ir.is_external() || !is_type {
                    continue;
                }
                if owner == id {
                    selectors.insert(ir.name.clone());
                }
                if let Some(callable) = self.callable(function, vec![ir.name.clone()], Some(Place::Memory))
                    && seen.insert(key(&callable))
                    && self.may_call(ir.mutability)
                {
                    functions.push(callable);
                }
            }
            for &variable in self.program.variables_of(owner) {
                let variable = self.program.variable(variable);
                if variable.visibility == Some(Visibility::Public) && is_type && self.may_call(Mutability::View) {
                    let ty = self.declared.ty(Some(owner), self.declared.file_of(owner), &variable.ty);
                    functions.extend(ty.and_then(|ty| self.getter(&variable.name, ty)));
                }
            }
        }
        mark_overloads(&mut functions);
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        functions.iter().for_each(|one| *named.entry(&one.path[0]).or_default() += 1);
        selectors.retain(|name| named.get(name.as_str()) == Some(&1));
        let callable_names =
            named.iter().filter(|(_, count)| **count == 1).map(|(name, _)| (*name).to_owned()).collect();
        if self.home.is_some_and(|home| self.program.inherits(home, id)) {
            selectors.clear();
        }
        let path = if is_type { self.declared.contract_path(id).into_iter().collect() } else { Vec::new() };
        Contract {
            path,
            bases: self.program.linearized(id).iter().skip(1).map(|id| id.0).collect(),
            functions,
            selectors: selectors.into_iter().collect(),
            callable_names,
            is_interface: ir.kind == ContractKind::Interface,
            takes_ether,
            create: self.create(id),
        }
    }

    /// `new C(…)`: a whole contract that does not create the asked one in turn.
    fn create(&self, id: ContractId) -> Option<Callable> {
        let ir = self.program.contract(id);
        let writes = !matches!(self.function.mutability, Mutability::Pure | Mutability::View);
        let related = self.home.is_some_and(|home| self.program.inherits(home, id) || self.program.inherits(id, home));
        if ir.kind != ContractKind::Contract || !writes || related || self.function_creates(id) {
            return None;
        }
        let constructor = ir.functions.iter().position(|function| function.kind == FunctionKind::Constructor);
        let mut callable = match constructor {
            Some(at) => self.callable(self.program.functions_of(id)[at], Vec::new(), Some(Place::Memory))?,
            None => Callable {
                path: Vec::new(),
                params: Vec::new(),
                returns: Vec::new(),
                is_payable: false,
                is_overloaded: false,
            },
        };
        callable.path = vec![self.declared.contract_path(id)?];
        callable.returns = vec![Type::Contract(id.0)];
        Some(callable)
    }

    /// Whether a contract may create ours, so that creating it would be a circle.
    fn function_creates(&self, id: ContractId) -> bool {
        let Some(home) = self.home else { return false };
        let text = self.program.text(self.declared.file_of(id));
        self.program.linearized(id).iter().chain([&id]).any(|&part| {
            let span = self.program.contract(part).span;
            span.text(self.program.text(self.declared.file_of(part)))
                .contains(&format!("new {}", self.program.contract(home).name))
        }) || text.is_empty()
    }

    /// What a public variable answers to a call.
    fn getter(&self, name: &str, ty: Type) -> Option<Callable> {
        let mut params = Vec::new();
        let mut ty = ty;
        loop {
            ty = match ty {
                Type::Mapping(key, value) => {
                    params.push((String::new(), key.at(Place::Memory)));
                    *value
                }
                Type::Array(element, ..) => {
                    params.push((String::new(), Type::Uint(256)));
                    *element
                }
                other => break self.answer(name, params, other),
            };
        }
    }

    fn answer(&self, name: &str, params: Vec<(String, Type)>, ty: Type) -> Option<Callable> {
        let returns = match &ty {
            Type::Struct(index, _) => {
                let held = self.declared.structs().into_iter().nth(*index).filter(|held| held.is_whole)?;
                let plain = |ty: &Type| !matches!(ty, Type::Mapping(..) | Type::Array(..));
                held.fields.into_iter().map(|(_, ty)| ty.at(Place::Memory)).filter(plain).collect()
            }
            other => vec![other.at(Place::Memory)],
        };
        let path = vec![name.to_owned()];
        Some(Callable { path, params, returns, is_payable: false, is_overloaded: false })
    }

    fn attached(&self, scope: &mut Scope) {
        let own = self.linear().iter().flat_map(|&id| {
            self.program.contract(id).usings.iter().map(move |using| (Some(id), self.declared.file_of(id), using))
        });
        // Before 0.7 a directive held in derived contracts too; from then on only in its own.
        let own = own.filter(|(id, ..)| *id == self.home || scope.version.0 < 7);
        let of_file = self.program.file(self.file).usings.iter().map(|using| (None, self.file, using));
        let found: Vec<Attached> = own
            .chain(of_file)
            .flat_map(|(home, file, using)| {
                let wanted = using.ty.as_ref().map(|ty| self.declared.ty(home, file, ty));
                using.paths.iter().flat_map(move |path| self.functions_at(home, file, path)).filter_map(move |id| {
                    let function = self.program.function(id);
                    let library = self.program.function_contract(id);
                    let hidden = function.visibility == Visibility::Private && library != self.home;
                    if hidden || !self.may_call(function.mutability) || function.params.is_empty() {
                        return None;
                    }
                    let place = function.is_external().then_some(Place::Memory);
                    let place = place.filter(|_| library.is_some());
                    let function = self.callable(id, vec![function.name.clone()], place)?;
                    match &wanted {
                        Some(None) => None,
                        Some(Some(ty)) => Some(Attached { receivers: Some(ty.clone()), function }),
                        None => Some(Attached { receivers: None, function }),
                    }
                })
            })
            .collect();
        for one in found {
            if !scope.attached.contains(&one) {
                scope.attached.push(one);
            }
        }
    }

    fn functions_at(&self, home: Option<ContractId>, file: usize, path: &[String]) -> Vec<FunctionId> {
        use solwright_analysis::program::Symbol;
        match self.program.resolve_path(file, home, path) {
            Some(Symbol::Contract(library)) => {
                let all = self.program.functions_of(library).iter().copied();
                all.filter(|id| self.program.function(*id).kind == FunctionKind::Function).collect()
            }
            Some(Symbol::Function(id)) => vec![id],
            _ => Vec::new(),
        }
    }

    fn events_and_errors(&self, scope: &mut Scope) {
        let emits = !matches!(self.function.mutability, Mutability::Pure | Mutability::View);
        let mut seen = HashSet::new();
        for &owner in self.linear() {
            let (ir, file) = (self.program.contract(owner), self.declared.file_of(owner));
            for event in ir.events.iter().filter(|_| emits) {
                scope.events.extend(self.thrown(Some(owner), file, vec![event.name.clone()], &event.params));
            }
            for error in ir.errors.iter().filter(|error| seen.insert(error.name.clone())) {
                scope.errors.extend(self.thrown(Some(owner), file, vec![error.name.clone()], &error.params));
            }
        }
        let ir = self.program.file(self.file);
        for error in ir.errors.iter().filter(|error| seen.insert(error.name.clone())) {
            scope.errors.extend(self.thrown(None, self.file, vec![error.name.clone()], &error.params));
        }
        for event in ir.events.iter().filter(|_| emits) {
            scope.events.extend(self.thrown(None, self.file, vec![event.name.clone()], &event.params));
        }
        for id in self.program.contract_ids().filter(|id| !self.linear().contains(id)) {
            let Some(path) = self.declared.contract_path(id) else { continue };
            let (ir, file) = (self.program.contract(id), self.declared.file_of(id));
            for error in &ir.errors {
                let path = vec![path.clone(), error.name.clone()];
                scope.errors.extend(self.thrown(Some(id), file, path, &error.params));
            }
            for event in ir.events.iter().filter(|_| emits && scope.version >= (8, 21)) {
                let path = vec![path.clone(), event.name.clone()];
                scope.events.extend(self.thrown(Some(id), file, path, &event.params));
            }
        }
        mark_overloads(&mut scope.events);
    }

    fn thrown(
        &self,
        home: Option<ContractId>,
        file: usize,
        path: Vec<String>,
        params: &ir::Parameters,
    ) -> Option<Callable> {
        let params = self.declared.parameters(home, file, params, Some(Place::Memory))?;
        Some(Callable { path, params, returns: Vec::new(), is_payable: false, is_overloaded: false })
    }

    fn taken(&self, scope: &mut Scope) {
        let mut add = |name: &str| {
            if !name.is_empty() {
                scope.taken.insert(name.to_owned());
            }
        };
        for &id in self.linear() {
            let ir = self.program.contract(id);
            ir.variables.iter().for_each(|item| add(&item.name));
            ir.functions.iter().for_each(|item| add(&item.name));
            ir.structs.iter().for_each(|item| add(&item.name));
            ir.enums.iter().for_each(|item| add(&item.name));
            ir.value_types.iter().for_each(|(name, _)| add(name));
            ir.errors.iter().for_each(|item| add(&item.name));
            ir.events.iter().for_each(|item| add(&item.name));
        }
        let ir = self.program.file(self.file);
        ir.contracts.iter().for_each(|item| add(&item.name));
        ir.constants.iter().for_each(|item| add(&item.name));
        ir.functions.iter().for_each(|item| add(&item.name));
        ir.structs.iter().for_each(|item| add(&item.name));
        ir.enums.iter().for_each(|item| add(&item.name));
        ir.errors.iter().for_each(|item| add(&item.name));
        ir.events.iter().for_each(|item| add(&item.name));
        self.program.contract_ids().for_each(|id| add(&self.program.contract(id).name));
        let function = self.program.function(self.id);
        function.params.iter().chain(&function.returns).for_each(|item| add(&item.name));
    }
}

fn key(callable: &Callable) -> (String, Vec<Type>) {
    let types = callable.params.iter().map(|(_, ty)| ty.at(Place::Memory));
    (callable.path.join("."), types.collect())
}

fn super_key(callable: &Callable) -> (String, Vec<Type>) {
    let (name, types) = key(callable);
    (format!("super.{name}"), types)
}

fn mark_overloads(callables: &mut [Callable]) {
    let mut counts: BTreeMap<(Vec<String>, usize), usize> = BTreeMap::new();
    for callable in callables.iter() {
        *counts.entry((callable.path.clone(), callable.params.len())).or_default() += 1;
    }
    for callable in callables.iter_mut() {
        callable.is_overloaded = counts.get(&(callable.path.clone(), callable.params.len())).is_some_and(|&n| n > 1);
    }
}

/// The compiler that the pragmas of the main file let choose: an open range means the newest, or the oldest where that is asked for.
fn version(program: &Program, newest: bool) -> (u32, u32) {
    const NEWEST: u32 = 99;
    let texts = program.file(0).pragmas.iter().map(|span| span.text(program.text(0)));
    let wanted = texts.filter(|text| text.contains("solidity"));
    let lowest = wanted.filter_map(|text| {
        let open = text.contains('^') || text.contains('>') || text.contains('~');
        ir::lowest_version(text).map(|(minor, patch)| (minor, if open && newest { NEWEST } else { patch }))
    });
    lowest.max().unwrap_or((8, NEWEST))
}

fn elementary(text: &str) -> BTreeSet<Type> {
    let mut found = BTreeSet::new();
    for word in text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_') {
        let number = |prefix: &str| word.strip_prefix(prefix).and_then(|rest| rest.parse::<u16>().ok());
        if let Some(bits) = number("uint").filter(|bits| bits % 8 == 0 && (8..=256).contains(bits)) {
            found.insert(Type::Uint(bits));
        } else if let Some(bits) = number("int").filter(|bits| bits % 8 == 0 && (8..=256).contains(bits)) {
            found.insert(Type::Int(bits));
        } else if let Some(bytes) = number("bytes").filter(|bytes| (1..=32).contains(bytes)) {
            found.insert(Type::Fixed(bytes as u8));
        }
    }
    found
}

fn addresses(text: &str) -> BTreeSet<String> {
    const DIGITS: usize = 40;
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    let is_address = |word: &&str| {
        word.strip_prefix("0x")
            .is_some_and(|rest| rest.len() == DIGITS && rest.chars().all(|sign| sign.is_ascii_hexdigit()))
    };
    words.filter(is_address).map(str::to_owned).collect()
}
