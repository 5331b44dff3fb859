//! One function of the main file, for detectors that look at the shape of its code.

use solwright_analysis::{
    Program,
    ir::{Expr, Function, Setting, Stmt, Variable, VariableMutability},
    program::{ContractId, FunctionId, Scope, Ty},
};
use std::cell::OnceCell;

/// A function or modifier of the main file, with what several detectors ask of it found once.
pub(super) struct View<'a> {
    pub id: FunctionId,
    pub function: &'a Function,
    /// The contract that declares it; `None` for a free function.
    pub contract: Option<ContractId>,
    program: &'a Program,
    stmts: OnceCell<Vec<(&'a Stmt, Setting)>>,
    exprs: OnceCell<Vec<(&'a Expr, Setting)>>,
    scope: OnceCell<Scope<'a>>,
}

impl<'a> View<'a> {
    pub fn new(program: &'a Program, id: FunctionId) -> Self {
        let (function, contract) = (program.function(id), program.function_contract(id));
        let (stmts, exprs, scope) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { id, function, contract, program, stmts, exprs, scope }
    }

    /// The program that the function is part of.
    pub fn program(&self) -> &'a Program {
        self.program
    }

    /// Every statement of the body, outer before inner.
    pub fn stmts(&self) -> &[(&'a Stmt, Setting)] {
        self.stmts.get_or_init(|| {
            let mut all = Vec::new();
            let body = self.function.body.iter();
            body.for_each(|body| body.each_stmt(&mut |stmt, setting| all.push((stmt, setting))));
            all
        })
    }

    /// Every expression of the body, outer before inner.
    pub fn exprs(&self) -> &[(&'a Expr, Setting)] {
        self.exprs.get_or_init(|| {
            let mut all = Vec::new();
            let body = self.function.body.iter();
            body.for_each(|body| body.each_expr(&mut |expr, setting| all.push((expr, setting))));
            all
        })
    }

    /// What the names of the function mean.
    pub fn scope(&self) -> &Scope<'a> {
        self.scope.get_or_init(|| Scope::of(self.program, self.id))
    }

    /// The constant that a name means.
    pub fn constant(&self, name: &str) -> Option<&'a Variable> {
        let variable = self.program.variable(self.scope().variable(name)?);
        (variable.mutability == VariableMutability::Constant).then_some(variable)
    }

    /// Whether a name is that of a parameter.
    pub fn takes(&self, name: &str) -> bool {
        self.function.params.iter().any(|param| param.name == name)
    }

    /// Whether an expression is a parameter.
    pub fn is_param(&self, expr: &Expr) -> bool {
        expr.name().is_some_and(|name| self.takes(name))
    }

    /// The type of one of its expressions.
    pub fn ty(&self, expr: &Expr) -> Ty {
        self.scope().ty(expr)
    }
}
