//! Calls whose result nothing looks at.

use solwright_analysis::{
    Program,
    ir::{Block, Expr, ExprKind, Function, Stmt, StmtKind, Variable},
    program::Place,
};
use std::collections::HashSet;

/// Places of calls in the main file whose first result is dropped, or put where nothing reads it.
pub(super) fn discarded(program: &Program) -> HashSet<Place> {
    let mut found = HashSet::new();
    for id in program.main_functions() {
        let function = program.function(id);
        if let Some(body) = &function.body {
            let mut search = Search { reads: HashSet::new(), locals: HashSet::new(), calls: Vec::new() };
            search.block(body);
            let dropped = search.calls.iter().filter(|(_, name)| search.is_unread(name.as_deref(), function));
            found.extend(dropped.map(|(call, _)| Place { file: program.function_file(id), span: call.span }));
        }
    }
    found
}

struct Search<'a> {
    /// Names that are read.
    reads: HashSet<&'a str>,
    /// Local variables.
    locals: HashSet<&'a str>,
    /// Calls that stand alone, with the variable that takes their first result.
    calls: Vec<(&'a Expr, Option<String>)>,
}

impl<'a> Search<'a> {
    fn is_unread(&self, name: Option<&str>, function: &Function) -> bool {
        let Some(name) = name else { return true };
        let is_local = self.locals.contains(name) || function.params.iter().any(|param| param.name == name);
        // What is put into state is kept for later.
        is_local && !self.reads.contains(name) && !function.returns.iter().any(|result| result.name == name)
    }

    fn block(&mut self, block: &'a Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.alone(expr),
            StmtKind::Declare { variables, init } => {
                self.locals.extend(variables.iter().flatten().map(|variable| variable.name.as_str()));
                let Some(init) = init else { return };
                if matches!(init.peeled().kind, ExprKind::Call { .. }) {
                    let first =
                        variables.first().and_then(Option::as_ref).map(|variable: &Variable| variable.name.clone());
                    self.calls.push((init.peeled(), first));
                }
                self.read(init);
            }
            StmtKind::If { condition, then, otherwise } => {
                self.read(condition);
                self.stmt(then);
                otherwise.iter().for_each(|stmt| self.stmt(stmt));
            }
            StmtKind::Loop { init, condition, next, body } => {
                init.iter().chain(next).for_each(|stmt| self.stmt(stmt));
                condition.iter().for_each(|condition| self.read(condition));
                self.stmt(body);
            }
            StmtKind::Block(block) | StmtKind::Unchecked(block) | StmtKind::Assembly(block) => self.block(block),
            StmtKind::Return(Some(value)) => self.read(value),
            StmtKind::Emit { args, .. } | StmtKind::Revert { args, .. } => args.iter().for_each(|arg| self.read(arg)),
            StmtKind::Try { call, clauses } => {
                self.read(call);
                clauses.iter().for_each(|clause| self.block(&clause.block));
            }
            _ => {}
        }
    }

    /// An expression that is a statement.
    fn alone(&mut self, expr: &'a Expr) {
        match &expr.peeled().kind {
            ExprKind::Call { .. } => {
                self.calls.push((expr.peeled(), None));
                self.read(expr);
            }
            // `ok;` silences the compiler and looks at nothing.
            ExprKind::Name(_) => {}
            ExprKind::Assign { target, op: None, value } if matches!(value.peeled().kind, ExprKind::Call { .. }) => {
                let first = match &target.kind {
                    ExprKind::Tuple(targets) if targets.len() != 1 => targets.first().and_then(Option::as_ref),
                    _ => Some(target.peeled()),
                };
                match first {
                    None => self.calls.push((value.peeled(), None)),
                    Some(Expr { kind: ExprKind::Name(name), .. }) => {
                        self.calls.push((value.peeled(), Some(name.clone())))
                    }
                    Some(_) => {}
                }
                self.read(value);
            }
            _ => self.read(expr),
        }
    }

    fn read(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.reads.insert(name);
            }
            // A variable that is only ever assigned to is not read.
            ExprKind::Assign { target, op: None, value } if matches!(target.kind, ExprKind::Name(_)) => {
                self.read(value)
            }
            _ => expr.children().into_iter().for_each(|child| self.read(child)),
        }
    }
}
