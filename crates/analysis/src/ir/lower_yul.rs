//! solar's tree into ours: inline assembly, in the same statements as the rest.

use super::{
    Block, Expr, ExprKind, Stmt, StmtKind, TypeName, TypeNameKind, Variable, VariableMutability,
    lower::{Lower, path, span},
    lower_expr::lit,
};
use solar::{
    ast::{PathSlice, yul},
    interface::Ident,
};

impl Lower {
    pub fn yul_block(&mut self, block: &yul::Block<'_>) -> Block {
        Block { stmts: block.stmts.iter().map(|stmt| self.yul_stmt(stmt)).collect(), span: Some(span(block.span)) }
    }

    fn yul_stmt(&mut self, stmt: &yul::Stmt<'_>) -> Stmt {
        let kind = self.deeper(|lower| lower.yul_stmt_kind(stmt)).unwrap_or(StmtKind::Unknown);
        Stmt { kind, span: span(stmt.span) }
    }

    fn yul_boxed(&mut self, block: &yul::Block<'_>) -> Box<Stmt> {
        Box::new(Stmt { span: span(block.span), kind: StmtKind::Block(self.yul_block(block)) })
    }

    fn yul_stmt_kind(&mut self, stmt: &yul::Stmt<'_>) -> StmtKind {
        match &stmt.kind {
            yul::StmtKind::Block(block) => StmtKind::Block(self.yul_block(block)),
            yul::StmtKind::AssignSingle(target, value) => {
                let target = Box::new(yul_path(target));
                let value = Box::new(self.yul_expr(value));
                StmtKind::Expr(Expr { span: span(stmt.span), kind: ExprKind::Assign { target, op: None, value } })
            }
            yul::StmtKind::AssignMulti(targets, value) => {
                let targets = targets.iter().map(|target| Some(yul_path(target))).collect();
                let target = Box::new(Expr { span: span(stmt.span), kind: ExprKind::Tuple(targets) });
                let value = Box::new(self.yul_expr(value));
                StmtKind::Expr(Expr { span: span(stmt.span), kind: ExprKind::Assign { target, op: None, value } })
            }
            yul::StmtKind::Expr(expr) => StmtKind::Expr(self.yul_expr(expr)),
            yul::StmtKind::If(condition, then) => {
                StmtKind::If { condition: self.yul_expr(condition), then: self.yul_boxed(then), otherwise: None }
            }
            yul::StmtKind::For(item) => StmtKind::Loop {
                init: Some(self.yul_boxed(&item.init)),
                condition: Some(self.yul_expr(&item.cond)),
                next: Some(self.yul_boxed(&item.step)),
                body: self.yul_boxed(&item.body),
            },
            yul::StmtKind::Switch(switch) => self.yul_switch(switch, stmt),
            yul::StmtKind::Leave => StmtKind::Break,
            yul::StmtKind::Break => StmtKind::Break,
            yul::StmtKind::Continue => StmtKind::Continue,
            // A function of assembly counts where it stands: that it is called at all is likely, when is not known.
            yul::StmtKind::FunctionDef(function) => StmtKind::If {
                condition: Expr { kind: ExprKind::Unknown, span: span(stmt.span) },
                then: self.yul_boxed(&function.body),
                otherwise: None,
            },
            yul::StmtKind::VarDecl(names, value) => StmtKind::Declare {
                variables: names.iter().map(|name| Some(yul_variable(name))).collect(),
                init: value.as_ref().map(|value| self.yul_expr(value)),
            },
        }
    }

    /// `switch x case 0 { a } default { b }` is `if eq(x, 0) { a } else { b }`.
    fn yul_switch(&mut self, switch: &yul::StmtSwitch<'_>, stmt: &yul::Stmt<'_>) -> StmtKind {
        let place = span(stmt.span);
        let selector = self.yul_expr(&switch.selector);
        let mut rest: Option<Box<Stmt>> = None;
        // A long switch must not become a deep tree, so beyond a few cases they hang side by side below an unknown condition.
        if switch.cases.len() > 16 {
            let arms = switch.cases.iter().map(|case| {
                let condition = Expr { kind: ExprKind::Unknown, span: span(case.span) };
                let kind = StmtKind::If { condition, then: self.yul_boxed(&case.body), otherwise: None };
                Stmt { kind, span: span(case.span) }
            });
            return StmtKind::Block(Block { stmts: arms.collect(), span: Some(place) });
        }
        for case in switch.cases.iter().rev() {
            let then = self.yul_boxed(&case.body);
            rest = Some(match &case.constant {
                None => then,
                Some(constant) => {
                    let constant = Expr { kind: lit(constant), span: span(case.span) };
                    let kind = ExprKind::Yul("eq".to_owned(), vec![selector.clone(), constant]);
                    let condition = Expr { kind, span: selector.span };
                    Box::new(Stmt { kind: StmtKind::If { condition, then, otherwise: rest }, span: place })
                }
            });
        }
        rest.map_or(StmtKind::Unknown, |stmt| stmt.kind)
    }

    fn yul_expr(&mut self, expr: &yul::Expr<'_>) -> Expr {
        let place = span(expr.span);
        let kind = self.deeper(|lower| match &expr.kind {
            yul::ExprKind::Path(name) => yul_path(name).kind,
            yul::ExprKind::Call(call) => {
                ExprKind::Yul(call.name.to_string(), call.arguments.iter().map(|arg| lower.yul_expr(arg)).collect())
            }
            yul::ExprKind::Lit(literal) => lit(literal),
        });
        Expr { kind: kind.unwrap_or(ExprKind::Unknown), span: place }
    }
}

/// `x`, `x.slot`
fn yul_path(name: &PathSlice) -> Expr {
    let place = span(name.span());
    let mut parts = path(name).into_iter();
    let first = Expr { kind: ExprKind::Name(parts.next().unwrap_or_default()), span: place };
    parts.fold(first, |base, part| Expr { kind: ExprKind::Member(Box::new(base), part), span: place })
}

fn yul_variable(name: &Ident) -> Variable {
    let place = span(name.span);
    Variable {
        name: name.to_string(),
        span: place,
        ty: TypeName { kind: TypeNameKind::Uint(256), span: place },
        visibility: None,
        mutability: VariableMutability::Mutable,
        location: None,
        init: None,
    }
}
