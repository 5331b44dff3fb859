//! Functions, modifiers and variables by name, as a call or a read sees them.

use super::{ContractId, FunctionId, Program, StructId, Symbol, Ty, VariableId};
use crate::ir::{ContractKind, FunctionKind, TypeName, TypeNameKind, Using};

/// A way to call a function: where to look, and with how many arguments.
#[derive(Clone, Copy, Debug)]
pub struct Callable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Types of the arguments, unknown where they are.
    pub args: &'a [Ty],
}

impl Program {
    /// The function that an internal call means in `contract`, the most derived one of the run.
    pub fn find_function(&self, contract: ContractId, call: Callable<'_>) -> Option<FunctionId> {
        self.find_in(self.linearized(contract), call)
    }

    /// The function that `super.f()` means inside of `current`.
    pub fn find_super(&self, contract: ContractId, current: ContractId, call: Callable<'_>) -> Option<FunctionId> {
        let linear = self.linearized(contract);
        let after = linear.iter().position(|&id| id == current).map_or(0, |at| at + 1);
        self.find_in(&linear[after..], call)
    }

    fn find_in(&self, linear: &[ContractId], call: Callable<'_>) -> Option<FunctionId> {
        let candidates = linear.iter().filter_map(|id| self.contracts[id.0].named.get(call.name)).flatten().copied();
        let fitting = candidates
            .filter(|&id| self.function(id).kind == FunctionKind::Function)
            .map(|id| (id, self.fit(id, call)));
        // The first of the best, so that the most derived one wins; a body wins over a declaration.
        let mut best: Option<(FunctionId, u32)> = None;
        for (id, fit) in fitting {
            let Some(mut fit) = fit else { continue };
            fit = fit * 2 + u32::from(self.function(id).body.is_some());
            if best.is_none_or(|(_, known)| fit > known) {
                best = Some((id, fit));
            }
        }
        best.map(|(id, _)| id)
    }

    /// How well a call fits a function; `None` when it cannot.
    fn fit(&self, id: FunctionId, call: Callable<'_>) -> Option<u32> {
        let function = self.function(id);
        if function.params.len() != call.args.len() {
            return None;
        }
        let (file, contract) = (self.function_file(id), self.function_contract(id));
        let mut fit = 1;
        for (param, arg) in function.params.iter().zip(call.args) {
            fit += agreement(&self.ty(file, contract, &param.ty), arg)?;
        }
        Some(fit)
    }

    /// The modifier of a name in `contract`.
    pub fn find_modifier(&self, contract: ContractId, name: &str) -> Option<FunctionId> {
        let all = self.linearized(contract).iter().flat_map(|&id| self.functions_of(id)).copied();
        let mut named = all.filter(|&id| {
            let function = self.function(id);
            function.kind == FunctionKind::Modifier && function.name == name
        });
        named.next()
    }

    /// The state variable of a name in `contract`, seen from code of `current`.
    pub fn find_variable(&self, contract: ContractId, name: &str) -> Option<VariableId> {
        let all = self.linearized(contract).iter().flat_map(|&id| self.variables_of(id)).copied();
        let mut named = all.filter(|&id| self.variable(id).name == name);
        named.next()
    }

    /// A free function, called by name from `file`.
    pub fn find_free(&self, file: usize, call: Callable<'_>) -> Option<FunctionId> {
        let functions = self.lookup(file, call.name).into_iter().filter_map(|symbol| match symbol {
            Symbol::Function(id) => Some((self.fit(id, call)?, id)),
            _ => None,
        });
        functions.max_by_key(|&(fit, id)| (fit, std::cmp::Reverse(id))).map(|(_, id)| id)
    }

    /// The function that `value.f(…)` means through a `using` directive. `call.args` begins with the value's own type.
    pub fn find_attached(&self, file: usize, contract: Option<ContractId>, call: Callable<'_>) -> Option<FunctionId> {
        let own = contract.map(|id| self.linearized(id).to_vec()).unwrap_or_default();
        let from_contracts = own
            .iter()
            .flat_map(|&id| self.contract(id).usings.iter().map(move |using| (self.contract_file(id), using)));
        let from_file = self.file(file).usings.iter().map(|using| (file, using));
        // `using … global` in the file that declares a type holds wherever the type is used.
        let home = self.home_of(call.args.first()?);
        let global = home.into_iter().flat_map(|home| self.file(home).usings.iter().map(move |using| (home, using)));
        let mut directives = from_contracts.chain(from_file).chain(global);
        directives.find_map(|(seen_from, using)| self.attached_by(seen_from, contract, using, call))
    }

    fn attached_by(
        &self,
        file: usize,
        contract: Option<ContractId>,
        using: &Using,
        call: Callable<'_>,
    ) -> Option<FunctionId> {
        if let (Some(ty), Some(value)) = (&using.ty, call.args.first())
            && !self.may_mean(file, contract, ty, value)
        {
            return None;
        }
        using.paths.iter().find_map(|path| match self.resolve_path(file, contract, path) {
            Some(Symbol::Contract(library)) => self.find_in(&[library], call),
            Some(Symbol::Function(_)) if path.last().is_some_and(|last| last == call.name) => {
                self.find_free(file, call)
            }
            None if path.len() == 2 && path[1] == call.name => match self.resolve_path(file, contract, &path[..1])? {
                Symbol::Contract(library) => self.find_in(&[library], call),
                _ => None,
            },
            _ => None,
        })
    }

    fn may_mean(&self, file: usize, contract: Option<ContractId>, name: &TypeName, value: &Ty) -> bool {
        if let (TypeNameKind::Named(path), Ty::Unresolved(known)) = (&name.kind, value) {
            return path.join(".") == *known;
        }
        agreement(&self.ty(file, contract, name), value).is_some()
    }

    fn home_of(&self, ty: &Ty) -> Option<usize> {
        match ty {
            Ty::Struct(StructId(at)) => Some(self.structs[*at].file),
            Ty::Contract(id) => Some(self.contract_file(*id)),
            _ => None,
        }
    }

    /// Whether a contract is a library.
    pub fn is_library(&self, id: ContractId) -> bool {
        self.contract(id).kind == ContractKind::Library
    }

    /// Whether `derived` is `base` or inherits from it.
    pub fn inherits(&self, derived: ContractId, base: ContractId) -> bool {
        self.linearized(derived).contains(&base)
    }
}

/// How well an argument fits a parameter: more is better, `None` is impossible.
fn agreement(param: &Ty, arg: &Ty) -> Option<u32> {
    match (param, arg) {
        (Ty::Unknown | Ty::Unresolved(_), _) | (_, Ty::Unknown | Ty::Unresolved(_)) => Some(1),
        (a, b) if a == b => Some(4),
        (Ty::Uint(a) | Ty::Int(a), Ty::Uint(b) | Ty::Int(b)) => Some(if a >= b { 3 } else { 1 }),
        (Ty::Address { .. }, Ty::Address { .. }) => Some(3),
        // A contract converts to its bases, and before 0.5 to an address.
        (Ty::Contract(_), Ty::Contract(_)) | (Ty::Address { .. }, Ty::Contract(_)) => Some(2),
        (Ty::Bytes | Ty::String | Ty::FixedBytes(_), Ty::Bytes | Ty::String | Ty::FixedBytes(_)) => Some(2),
        (Ty::Array(a), Ty::Array(b)) => agreement(a, b),
        (Ty::Mapping(..), Ty::Mapping(..)) => None,
        (Ty::Enum | Ty::Function, Ty::Enum | Ty::Function) => Some(2),
        // Value types wrap what they hold, and enums are small numbers.
        (Ty::Enum, Ty::Uint(_)) | (Ty::Uint(_), Ty::Enum) => Some(1),
        _ => None,
    }
}
