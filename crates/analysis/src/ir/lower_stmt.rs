//! solar's tree into ours: statements.

use super::{
    Block, CatchClause, Function, FunctionKind, Mutability, Stmt, StmtKind, Visibility, legacy,
    lower::{Lower, path, span},
};
use solar::{ast, interface::SpannedOption};
use solwright_syntax::Span;

impl Lower {
    pub fn block(&mut self, block: &ast::Block<'_>) -> Block {
        Block { stmts: block.stmts.iter().map(|stmt| self.stmt(stmt)).collect(), span: Some(span(block.span)) }
    }

    /// Statements that stand outside of any function, as a function that anyone may call.
    pub fn snippet(stmts: &[ast::Stmt<'_>], whole: Span) -> Function {
        let mut lower = Self { depth: 0 };
        let stmts: Vec<Stmt> = stmts.iter().map(|stmt| lower.stmt(stmt)).collect();
        Function {
            kind: FunctionKind::Function,
            name: "snippet".to_owned(),
            name_span: stmts.first().map_or(whole, |stmt| stmt.span),
            span: whole,
            params: Vec::new(),
            returns: Vec::new(),
            visibility: Visibility::External,
            states_visibility: false,
            mutability: Mutability::NonPayable,
            modifiers: Vec::new(),
            is_virtual: false,
            is_override: false,
            body: Some(Block { stmts, span: Some(whole) }),
        }
    }

    fn stmt(&mut self, stmt: &ast::Stmt<'_>) -> Stmt {
        let kind = self.deeper(|lower| lower.stmt_kind(stmt)).unwrap_or(StmtKind::Unknown);
        legacy::restored(Stmt { kind, span: span(stmt.span) })
    }

    fn boxed_stmt(&mut self, stmt: &ast::Stmt<'_>) -> Box<Stmt> {
        Box::new(self.stmt(stmt))
    }

    fn stmt_kind(&mut self, stmt: &ast::Stmt<'_>) -> StmtKind {
        match &stmt.kind {
            ast::StmtKind::Assembly(assembly) => StmtKind::Assembly(self.yul_block(&assembly.block)),
            ast::StmtKind::DeclSingle(variable) => {
                let mut variable = self.variable(variable);
                let init = variable.init.take();
                StmtKind::Declare { variables: vec![Some(variable)], init }
            }
            ast::StmtKind::DeclMulti(variables, init) => {
                let one = |variable: &SpannedOption<ast::VariableDefinition<'_>>| match variable {
                    SpannedOption::Some(variable) => Some(self.variable(variable)),
                    SpannedOption::None(_) => None,
                };
                StmtKind::Declare { variables: variables.iter().map(one).collect(), init: Some(self.expr(init)) }
            }
            ast::StmtKind::Block(block) => StmtKind::Block(self.block(block)),
            ast::StmtKind::UncheckedBlock(block) => StmtKind::Unchecked(self.block(block)),
            ast::StmtKind::Break => StmtKind::Break,
            ast::StmtKind::Continue => StmtKind::Continue,
            ast::StmtKind::Placeholder => StmtKind::Placeholder,
            ast::StmtKind::Expr(expr) => StmtKind::Expr(self.expr(expr)),
            ast::StmtKind::Return(value) => StmtKind::Return(value.as_ref().map(|value| self.expr(value))),
            ast::StmtKind::Emit(name, args) => {
                StmtKind::Emit { path: path(name), args: args.exprs().map(|arg| self.expr(arg)).collect() }
            }
            ast::StmtKind::Revert(name, args) => {
                StmtKind::Revert { path: path(name), args: args.exprs().map(|arg| self.expr(arg)).collect() }
            }
            ast::StmtKind::If(condition, then, otherwise) => StmtKind::If {
                condition: self.expr(condition),
                then: self.boxed_stmt(then),
                otherwise: otherwise.as_ref().map(|otherwise| self.boxed_stmt(otherwise)),
            },
            ast::StmtKind::While(condition, body) | ast::StmtKind::DoWhile(body, condition) => StmtKind::Loop {
                init: None,
                condition: Some(self.expr(condition)),
                next: None,
                body: self.boxed_stmt(body),
            },
            ast::StmtKind::For { init, cond, next, body } => StmtKind::Loop {
                init: init.as_ref().map(|init| self.boxed_stmt(init)),
                condition: cond.as_ref().map(|condition| self.expr(condition)),
                next: next.as_ref().map(|next| {
                    let next = self.expr(next);
                    Box::new(Stmt { span: next.span, kind: StmtKind::Expr(next) })
                }),
                body: self.boxed_stmt(body),
            },
            ast::StmtKind::Try(item) => StmtKind::Try {
                call: self.expr(item.expr),
                clauses: item.clauses.iter().map(|clause| self.clause(clause)).collect(),
            },
        }
    }

    fn clause(&mut self, clause: &ast::TryCatchClause<'_>) -> CatchClause {
        let params = clause.args.iter().map(|param| self.variable(param)).collect();
        CatchClause { params, block: self.block(&clause.block) }
    }
}
