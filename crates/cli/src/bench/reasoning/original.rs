//! A function before it is changed, read from its tree and its words alone: what decides here must not be what is under test.

use crate::bench::generate::task::Task;
use solwright_analysis::{
    Program,
    ir::{Expr, ExprKind, Function, Stmt, StmtKind, UnaryOp},
    program::{ContractId, FunctionId},
    project::Sources,
};
use solwright_syntax::{Span, code_tokens};
use std::collections::{BTreeMap, HashSet};

/// A function with what its contract declares.
pub struct Original<'a> {
    pub task: &'a Task,
    program: Program,
    id: FunctionId,
    /// State variables that the function can name.
    state: HashSet<String>,
    /// Parameters and locals, which hide them.
    locals: HashSet<String>,
}

/// A statement in the text, with its semicolon.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub stmt: &'a Stmt,
    pub span: Span,
    pub is_unchecked: bool,
}

impl<'a> Original<'a> {
    /// None where the function cannot be read.
    pub fn of(task: &'a Task) -> Option<Self> {
        let program = Program::build(&Sources::of_text(&task.path, &task.text));
        let id = program.function_at(task.body.start)?;
        let mut state = HashSet::new();
        for contract in program.function_contract(id).iter().flat_map(|id| program.linearized(*id)) {
            state.extend(program.variables_of(*contract).iter().map(|id| program.variable(*id).name.clone()));
        }
        let function = program.function(id);
        let mut locals: HashSet<String> =
            function.params.iter().chain(&function.returns).map(|v| v.name.clone()).collect();
        function.body.as_ref()?.each_stmt(&mut |stmt, _| {
            if let StmtKind::Declare { variables, .. } = &stmt.kind {
                locals.extend(variables.iter().flatten().map(|variable| variable.name.clone()));
            }
        });
        Some(Self { task, id, state, locals, program })
    }

    pub fn function(&self) -> &Function {
        self.program.function(self.id)
    }

    pub fn text(&self, span: Span) -> &str {
        span.text(&self.task.text)
    }

    /// The function, from its keyword to its closing brace.
    pub fn span(&self) -> Span {
        self.task.function.span
    }

    /// The head, from the keyword to the body.
    pub fn head(&self) -> Span {
        Span::new(self.span().start, self.task.body.start)
    }

    /// Whether arithmetic wraps around everywhere.
    pub fn is_old(&self) -> bool {
        self.program.allows_before(8)
    }

    /// All statements, outer before inner.
    pub fn statements(&self) -> Vec<Place<'_>> {
        let mut all = Vec::new();
        if let Some(body) = &self.function().body {
            body.each_stmt(&mut |stmt, setting| {
                if !setting.is_assembly {
                    all.push(Place { stmt, span: self.whole(stmt), is_unchecked: setting.is_unchecked });
                }
            });
        }
        all
    }

    /// Statements that follow each other, block by block.
    pub fn blocks(&self) -> Vec<Vec<Place<'_>>> {
        let place = |stmt| Place { stmt, span: self.whole(stmt), is_unchecked: false };
        let mut blocks: Vec<Vec<Place<'_>>> = Vec::new();
        if let Some(body) = &self.function().body {
            blocks.push(body.stmts.iter().map(place).collect());
            body.each_stmt(&mut |stmt, setting| {
                if let (StmtKind::Block(block), false) = (&stmt.kind, setting.is_assembly) {
                    blocks.push(block.stmts.iter().map(place).collect());
                }
            });
        }
        blocks
    }

    /// The state variable that a statement writes, as `variable` or `variable.field`.
    pub fn written(&self, stmt: &Stmt) -> Option<String> {
        let StmtKind::Expr(expr) = &stmt.kind else { return None };
        let mut target = match &expr.kind {
            ExprKind::Assign { target, .. } => target.peeled(),
            ExprKind::Unary(UnaryOp::Increment | UnaryOp::Decrement | UnaryOp::Delete, target) => target.peeled(),
            _ => return None,
        };
        let mut field = None;
        loop {
            match &target.kind {
                ExprKind::Index(base, _) => target = base.peeled(),
                ExprKind::Member(base, name) if field.is_none() => (target, field) = (base.peeled(), Some(name)),
                ExprKind::Name(name) if self.state.contains(name) && !self.locals.contains(name) => {
                    return Some(field.map_or(name.clone(), |field| format!("{name}.{field}")));
                }
                _ => return None,
            }
        }
    }

    /// How often each variable is written by a statement of its own.
    pub fn writers(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for place in self.statements() {
            if let Some(name) = self.written(place.stmt) {
                *counts.entry(name).or_insert(0) += 1;
            }
        }
        counts
    }

    /// The target of a statement whose call leaves the contract and may change state, as it is written.
    pub fn called(&self, stmt: &Stmt) -> Option<&str> {
        let expr = match &stmt.kind {
            StmtKind::Expr(expr) => expr,
            StmtKind::Declare { init: Some(init), .. } => init,
            _ => return None,
        };
        const LEAVING: [&str; 5] = ["call", "transfer", "send", "transferFrom", "delegatecall"];
        let ExprKind::Call { callee, .. } = &expr.peeled().kind else { return None };
        let ExprKind::Member(target, name) = &callee.peeled().kind else { return None };
        let leaves = LEAVING.contains(&name.as_str()) && target.name() != Some("super");
        leaves.then(|| self.text(target.span))
    }

    /// Words of all functions and modifiers that some text may reach, the function itself left out.
    pub fn reach(&self, text: &str) -> HashSet<&str> {
        let Some(contract) = self.program.function_contract(self.id) else { return HashSet::new() };
        let mut seen: HashSet<FunctionId> = HashSet::from([self.id]);
        let mut words: HashSet<&str> = HashSet::new();
        let mut waiting: Vec<String> = code_tokens(text).map(str::to_owned).collect();
        while let Some(word) = waiting.pop() {
            for id in self.named(contract, &word) {
                if seen.insert(id) {
                    let function = self.program.function(id);
                    let text = function.span.text(self.program.text(self.program.function_file(id)));
                    words.extend(code_tokens(text));
                    waiting.extend(code_tokens(text).map(str::to_owned));
                }
            }
        }
        words
    }

    fn named<'b>(&'b self, contract: ContractId, word: &'b str) -> impl Iterator<Item = FunctionId> + 'b {
        let lineage = self.program.linearized(contract).iter();
        let all = lineage.flat_map(|contract| self.program.functions_of(*contract).iter().copied());
        all.filter(move |id| self.program.function(*id).name == word)
    }

    fn whole(&self, stmt: &Stmt) -> Span {
        let rest = &self.task.text[stmt.span.end..];
        let blanks = rest.len() - rest.trim_start().len();
        let end = if rest.trim_start().starts_with(';') { stmt.span.end + blanks + 1 } else { stmt.span.end };
        Span::new(stmt.span.start, end)
    }
}

/// Whether an expression computes with something that is no literal, so that it may overflow.
pub fn computes(expr: &Expr) -> bool {
    use solwright_analysis::ir::BinaryOp::{Add, Mul, Sub};
    expr.any(&|expr| match &expr.kind {
        ExprKind::Binary(left, Add | Sub | Mul, right) => left.name().is_some() || right.name().is_some(),
        ExprKind::Assign { op: Some(Add | Sub | Mul), .. } => true,
        ExprKind::Unary(UnaryOp::Increment | UnaryOp::Decrement, _) => true,
        _ => false,
    })
}
