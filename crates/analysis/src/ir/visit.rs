//! Walks over statements and expressions that need no more than the shape of the code.

use super::{Block, Expr, Stmt, StmtKind};

/// Where a statement or expression stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Loops around it; the condition of a loop stands inside of it, its first step does not.
    pub loops: u32,
    /// Whether `unchecked { … }` is around it.
    pub is_unchecked: bool,
    /// Whether it is assembly.
    pub is_assembly: bool,
}

impl Block {
    /// Every statement, outer before inner, in the order of the text.
    pub fn each_stmt<'a>(&'a self, see: &mut impl FnMut(&'a Stmt, Setting)) {
        self.stmts_below(Setting::default(), see);
    }

    /// Every expression, outer before inner, in the order of the text.
    pub fn each_expr<'a>(&'a self, see: &mut impl FnMut(&'a Expr, Setting)) {
        self.each_stmt(&mut |stmt, setting| {
            // What a loop asks and does after each round is done again and again.
            let inside = Setting { loops: setting.loops + 1, ..setting };
            let setting = if matches!(stmt.kind, StmtKind::Loop { .. }) { inside } else { setting };
            stmt.exprs().into_iter().for_each(|expr| expr.each(&mut |expr| see(expr, setting)));
        });
    }

    fn stmts_below<'a>(&'a self, setting: Setting, see: &mut impl FnMut(&'a Stmt, Setting)) {
        self.stmts.iter().for_each(|stmt| stmt.each_in(setting, see));
    }
}

impl Stmt {
    /// The statement and every one in it, outer before inner.
    pub fn each<'a>(&'a self, see: &mut impl FnMut(&'a Stmt, Setting)) {
        self.each_in(Setting::default(), see);
    }

    fn each_in<'a>(&'a self, setting: Setting, see: &mut impl FnMut(&'a Stmt, Setting)) {
        see(self, setting);
        match &self.kind {
            StmtKind::If { then, otherwise, .. } => {
                then.each_in(setting, see);
                otherwise.iter().for_each(|stmt| stmt.each_in(setting, see));
            }
            StmtKind::Loop { init, next, body, .. } => {
                let inside = Setting { loops: setting.loops + 1, ..setting };
                init.iter().for_each(|stmt| stmt.each_in(setting, see));
                body.each_in(inside, see);
                next.iter().for_each(|stmt| stmt.each_in(inside, see));
            }
            StmtKind::Block(block) => block.stmts_below(setting, see),
            StmtKind::Unchecked(block) => block.stmts_below(Setting { is_unchecked: true, ..setting }, see),
            StmtKind::Assembly(block) => block.stmts_below(Setting { is_assembly: true, ..setting }, see),
            StmtKind::Try { clauses, .. } => clauses.iter().for_each(|clause| clause.block.stmts_below(setting, see)),
            _ => {}
        }
    }

    /// Expressions that belong to the statement itself, not to those in it.
    pub fn exprs(&self) -> Vec<&Expr> {
        match &self.kind {
            StmtKind::Declare { init, .. } => init.iter().collect(),
            StmtKind::Expr(expr) | StmtKind::Return(Some(expr)) => vec![expr],
            StmtKind::If { condition, .. } => vec![condition],
            StmtKind::Loop { condition, .. } => condition.iter().collect(),
            StmtKind::Emit { args, .. } | StmtKind::Revert { args, .. } => args.iter().collect(),
            StmtKind::Try { call, .. } => vec![call],
            _ => Vec::new(),
        }
    }
}

impl Expr {
    /// The expression and every one in it, outer before inner.
    pub fn each<'a>(&'a self, see: &mut impl FnMut(&'a Expr)) {
        see(self);
        self.children().into_iter().for_each(|child| child.each(see));
    }

    /// Whether the expression or one in it is as asked.
    pub fn any(&self, asked: &impl Fn(&Expr) -> bool) -> bool {
        asked(self) || self.children().into_iter().any(|child| child.any(asked))
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::{BinaryOp, ExprKind, parse};

    #[test]
    fn expressions_know_the_loops_and_blocks_around_them() {
        let text = "contract A { function f(uint a) public { for (uint i = 1 + a; i < a; i = i - a) { unchecked { a * i; } } a / 2; } }";
        let file = parse(&[text]).remove(0);
        let mut seen = Vec::new();
        file.contracts[0].functions[0].body.as_ref().unwrap().each_expr(&mut |expr, setting| {
            if let ExprKind::Binary(_, op, _) = &expr.kind {
                seen.push((*op, setting.loops, setting.is_unchecked));
            }
        });
        let expected = [
            (BinaryOp::Lt, 1, false),
            (BinaryOp::Add, 0, false),
            (BinaryOp::Mul, 1, true),
            (BinaryOp::Sub, 1, false),
            (BinaryOp::Div, 0, false),
        ];
        assert_eq!(seen, expected);
    }
}
