//! Conditions as words.

use super::walk::Walker;
use crate::ir::{BinaryOp, Expr, ExprKind, UnaryOp};

impl Walker<'_> {
    /// An expression as written, on one line.
    pub fn text(&self, expr: &Expr) -> String {
        self.program.snippet(self.place(expr.span))
    }

    /// The opposite of a condition, as one would write it.
    pub fn negated(&self, condition: &Expr) -> String {
        let condition = condition.peeled();
        match &condition.kind {
            ExprKind::Unary(UnaryOp::Not, inner) => self.text(inner.peeled()),
            ExprKind::Binary(left, op, right) => match opposite(*op) {
                Some(op) => format!("{} {op} {}", self.text(left), self.text(right)),
                None => format!("!({})", self.text(condition)),
            },
            ExprKind::Yul(name, args) if name == "iszero" && args.len() == 1 => self.text(&args[0]),
            _ => format!("!{}", self.text(condition)),
        }
    }
}

fn opposite(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Eq => "!=",
        BinaryOp::Ne => "==",
        BinaryOp::Lt => ">=",
        BinaryOp::Le => ">",
        BinaryOp::Gt => "<=",
        BinaryOp::Ge => "<",
        _ => return None,
    })
}
