//! What the names and expressions of one function mean, without running it.

use super::{Callable, ContractId, FunctionId, Program, Symbol, Ty, VariableId};
use crate::ir::{BinaryOp, Expr, ExprKind, StmtKind, TypeName, UnaryOp, Variable};
use std::{collections::HashMap, sync::Arc};

/// The names that one function sees. A name that is declared twice in it means the last one.
#[derive(Debug)]
pub struct Scope<'a> {
    program: &'a Program,
    file: usize,
    contract: Option<ContractId>,
    locals: HashMap<&'a str, &'a Variable>,
}

impl<'a> Scope<'a> {
    /// The scope of a function's body, as the contract that declares it sees it.
    pub fn of(program: &'a Program, id: FunctionId) -> Self {
        let function = program.function(id);
        let mut locals = HashMap::new();
        let mut declare = |variable: &'a Variable| {
            if !variable.name.is_empty() {
                locals.insert(variable.name.as_str(), variable);
            }
        };
        function.params.iter().chain(&function.returns).for_each(&mut declare);
        if let Some(body) = &function.body {
            body.each_stmt(&mut |stmt, _| match &stmt.kind {
                StmtKind::Declare { variables, .. } => variables.iter().flatten().for_each(&mut declare),
                StmtKind::Try { clauses, .. } => {
                    clauses.iter().flat_map(|clause| &clause.params).for_each(&mut declare);
                }
                _ => {}
            });
        }
        Self { program, file: program.function_file(id), contract: program.function_contract(id), locals }
    }

    /// The local variable, parameter or named result of this name.
    pub fn local(&self, name: &str) -> Option<&'a Variable> {
        self.locals.get(name).copied()
    }

    /// The state variable or constant that a name means.
    pub fn variable(&self, name: &str) -> Option<VariableId> {
        if self.locals.contains_key(name) {
            return None;
        }
        let own = self.contract.and_then(|contract| self.program.find_variable(contract, name));
        own.or_else(|| {
            self.program.lookup(self.file, name).into_iter().find_map(|symbol| match symbol {
                Symbol::Variable(id) => Some(id),
                _ => None,
            })
        })
    }

    /// The state variable that `a`, `a.b` or `a[b]` lies in.
    pub fn root_variable(&self, expr: &Expr) -> Option<VariableId> {
        let mut expr = expr.peeled();
        while let ExprKind::Member(base, _) | ExprKind::Index(base, _) | ExprKind::Slice(base) = &expr.kind {
            expr = base.peeled();
        }
        self.variable(expr.name()?)
    }

    /// The type that a name of a type stands for here.
    pub fn named(&self, name: &TypeName) -> Ty {
        self.program.ty(self.file, self.contract, name)
    }

    /// The type of an expression; [`Ty::Unknown`] when it cannot be told. A number is a `uint256`.
    pub fn ty(&self, expr: &Expr) -> Ty {
        match &expr.kind {
            ExprKind::Name(name) => self.name_ty(name),
            ExprKind::Number(_) => Ty::Uint(256),
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Text(_) => Ty::String,
            ExprKind::Address => Ty::Address { payable: false },
            ExprKind::Member(base, name) => self.member_ty(base, name),
            ExprKind::Index(base, _) => match self.ty(base) {
                Ty::Mapping(_, value) => (*value).clone(),
                Ty::Array(element) => (*element).clone(),
                Ty::Bytes | Ty::FixedBytes(_) => Ty::FixedBytes(1),
                _ => Ty::Unknown,
            },
            ExprKind::Slice(base) => self.ty(base),
            ExprKind::Call { callee, args, .. } => {
                let args: Vec<Ty> = args.iter().map(|arg| self.ty(&arg.value)).collect();
                self.call_ty(callee.peeled(), &args)
            }
            ExprKind::Assign { target, .. } => self.ty(target),
            ExprKind::Binary(_, op, _) if op.is_comparison() || matches!(op, BinaryOp::And | BinaryOp::Or) => Ty::Bool,
            ExprKind::Binary(left, BinaryOp::Shl | BinaryOp::Shr | BinaryOp::Sar | BinaryOp::Pow, _) => self.ty(left),
            ExprKind::Binary(left, _, right) => wider(left, self.ty(left), right, self.ty(right)),
            ExprKind::Unary(UnaryOp::Not, _) => Ty::Bool,
            ExprKind::Unary(_, operand) => self.ty(operand),
            ExprKind::Conditional(_, then, otherwise) => wider(then, self.ty(then), otherwise, self.ty(otherwise)),
            ExprKind::Tuple(elements) => match elements.as_slice() {
                [Some(inner)] => self.ty(inner),
                many => {
                    Ty::Tuple(many.iter().map(|one| one.as_ref().map_or(Ty::Unknown, |one| self.ty(one))).collect())
                }
            },
            ExprKind::Array(elements) => {
                Ty::Array(Arc::new(elements.first().map_or(Ty::Unknown, |first| self.ty(first))))
            }
            _ => Ty::Unknown,
        }
    }

    /// The function that a call means: internal, of a base, of a library, attached by `using`, or of another contract.
    pub fn callee(&self, callee: &Expr, args: &[Ty]) -> Option<FunctionId> {
        let callee = callee.peeled();
        match &callee.kind {
            ExprKind::Name(name) => {
                let call = Callable { name, args };
                let own = self.contract.and_then(|contract| self.program.find_function(contract, call));
                own.or_else(|| self.program.find_free(self.file, call))
            }
            ExprKind::Member(base, name) => {
                let call = Callable { name, args };
                let symbol = base.name().filter(|name| !self.is_value(name)).and_then(|name| self.symbol(name));
                match symbol {
                    Some(Symbol::Contract(id)) => return self.program.find_function(id, call),
                    Some(Symbol::Namespace(file)) => return self.program.find_free(file, call),
                    _ => {}
                }
                if let Some((contract, "super")) = self.contract.zip(base.name()) {
                    return self.program.find_super(contract, contract, call);
                }
                let ty = self.ty(base);
                if let Ty::Contract(id) = ty
                    && let Some(found) = self.program.find_function(id, call)
                {
                    return Some(found);
                }
                let with_self: Vec<Ty> = std::iter::once(ty).chain(args.iter().cloned()).collect();
                self.program.find_attached(self.file, self.contract, Callable { name, args: &with_self })
            }
            _ => None,
        }
    }

    fn is_value(&self, name: &str) -> bool {
        self.locals.contains_key(name) || self.variable(name).is_some()
    }

    fn symbol(&self, name: &str) -> Option<Symbol> {
        self.program.resolve_path(self.file, self.contract, &[name.to_owned()])
    }

    fn name_ty(&self, name: &str) -> Ty {
        if let Some(local) = self.local(name) {
            return self.named(&local.ty);
        }
        if let Some(id) = self.variable(name) {
            return self.program.ty(self.program.variable_place(id).file, self.contract, &self.program.variable(id).ty);
        }
        match name {
            "this" => self.contract.map_or(Ty::Unknown, Ty::Contract),
            "now" => Ty::Uint(256),
            _ => Ty::Unknown,
        }
    }

    fn member_ty(&self, base: &Expr, name: &str) -> Ty {
        match (base.name().unwrap_or_default(), name) {
            ("msg", "sender") | ("tx", "origin") | ("block", "coinbase") => return Ty::Address { payable: true },
            ("msg", "data") => return Ty::Bytes,
            ("msg", "sig") => return Ty::FixedBytes(4),
            ("msg" | "tx" | "block", _) => return Ty::Uint(256),
            (object, _) if !object.is_empty() && !self.is_value(object) => match self.symbol(object) {
                Some(Symbol::Enum) => return Ty::Enum,
                Some(Symbol::Contract(id)) => {
                    let Some(variable) = self.program.find_variable(id, name) else { return Ty::Unknown };
                    let file = self.program.variable_place(variable).file;
                    return self.program.ty(file, Some(id), &self.program.variable(variable).ty);
                }
                _ => {}
            },
            _ => {}
        }
        if let (ExprKind::TypeInfo(inner), "max" | "min") = (&base.peeled().kind, name) {
            return self.named(inner);
        }
        match (self.ty(base), name) {
            (_, "length" | "balance") => Ty::Uint(256),
            (_, "code") => Ty::Bytes,
            (_, "codehash") => Ty::FixedBytes(32),
            (Ty::Struct(id), field) => {
                let (file, home) = (self.program.structure_file(id), self.program.structure_home(id));
                let field = self.program.structure(id).fields.iter().find(|known| known.name == field);
                field.map_or(Ty::Unknown, |field| self.program.ty(file, home, &field.ty))
            }
            (_, "selector") => Ty::FixedBytes(4),
            _ => Ty::Unknown,
        }
    }

    fn call_ty(&self, callee: &Expr, args: &[Ty]) -> Ty {
        match &callee.kind {
            ExprKind::Type(name) | ExprKind::New(name) => return self.named(name),
            ExprKind::Payable => return Ty::Address { payable: true },
            ExprKind::Name(name) => match name.as_str() {
                "keccak256" | "sha256" | "blockhash" | "sha3" | "blobhash" => return Ty::FixedBytes(32),
                "ripemd160" => return Ty::FixedBytes(20),
                "ecrecover" => return Ty::Address { payable: false },
                "gasleft" | "addmod" | "mulmod" => return Ty::Uint(256),
                _ => match self.symbol(name) {
                    Some(Symbol::Contract(id)) => return Ty::Contract(id),
                    Some(Symbol::Struct(id)) => return Ty::Struct(id),
                    Some(Symbol::Enum) => return Ty::Enum,
                    Some(Symbol::ValueType(inner)) => return inner,
                    _ => {}
                },
            },
            ExprKind::Member(base, name) => match (base.name(), name.as_str()) {
                (Some("abi"), "decode") => return Ty::Unknown,
                (Some("abi"), _) => return Ty::Bytes,
                (_, "call" | "delegatecall" | "staticcall") if matches!(self.ty(base), Ty::Address { .. }) => {
                    return Ty::Tuple(vec![Ty::Bool, Ty::Bytes]);
                }
                (_, "send") if matches!(self.ty(base), Ty::Address { .. }) => return Ty::Bool,
                _ => {}
            },
            _ => {}
        }
        let Some(id) = self.callee(callee, args) else { return Ty::Unknown };
        let (file, home) = (self.program.function_file(id), self.program.function_contract(id));
        let mut types: Vec<Ty> =
            self.program.function(id).returns.iter().map(|result| self.program.ty(file, home, &result.ty)).collect();
        if types.len() == 1 { types.remove(0) } else { Ty::Tuple(types) }
    }
}

/// The type of an operation on both: the wider one, and a number adapts to what it stands beside.
fn wider(left: &Expr, a: Ty, right: &Expr, b: Ty) -> Ty {
    let is_number = |expr: &Expr| matches!(expr.peeled().kind, ExprKind::Number(_));
    match (&a, &b) {
        _ if is_number(left) && !is_number(right) => b,
        _ if is_number(right) => a,
        (Ty::Uint(x), Ty::Uint(y)) => Ty::Uint(*x.max(y)),
        (Ty::Int(x), Ty::Int(y)) => Ty::Int(*x.max(y)),
        (Ty::Unknown, _) => b,
        _ => a,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Sources;

    #[track_caller]
    fn check(body: &str, expected: Ty) {
        let text = format!(
            "interface Token {{ function balanceOf(address a) external returns (uint128); }}
             library Lib {{ function half(uint64 x) internal returns (uint32, bool) {{}} }}
             contract A {{ using Lib for uint64; struct S {{ uint8 small; }} mapping(address => S) all; Token token;
             function f(uint64 p, int16[] memory list) public {{ {body}; }} }}"
        );
        let program = Program::build(&Sources::of_text("A.sol", &text));
        let id = program.main_functions().find(|&id| program.function(id).name == "f").unwrap();
        let StmtKind::Expr(expr) = &program.function(id).body.as_ref().unwrap().stmts[0].kind else { panic!() };
        assert_eq!(Scope::of(&program, id).ty(expr), expected, "{body}");
    }

    #[test]
    fn expressions_have_the_types_that_solc_gives_them() {
        check("p", Ty::Uint(64));
        check("2 * p", Ty::Uint(64));
        check("list[0]", Ty::Int(16));
        check("all[msg.sender].small", Ty::Uint(8));
        check("token.balanceOf(msg.sender) / 2", Ty::Uint(128));
        check("p.half()", Ty::Tuple(vec![Ty::Uint(32), Ty::Bool]));
        check("uint16(p)", Ty::Uint(16));
        check("p == 2 && list.length > 1", Ty::Bool);
        check("type(int24).max", Ty::Int(24));
        check("msg.sender.call(\"\")", Ty::Tuple(vec![Ty::Bool, Ty::Bytes]));
        check("nobody.knows", Ty::Unknown);
    }
}
