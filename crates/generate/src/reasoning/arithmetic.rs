//! Arithmetic of one body: what wraps around where the language would let it revert.

use super::facts::Place;
use solwright_analysis::{
    Program,
    ir::{BinaryOp, Expr, ExprKind, Setting, UnaryOp},
    program::{FunctionId, Place as Site},
};

/// What a body computes.
#[derive(Default)]
pub struct Arithmetic {
    /// Whether there is anything that could overflow.
    pub computes: bool,
    /// Operations that wrap around, each the widest of its kind.
    pub wraps: Vec<Place>,
}

impl Arithmetic {
    /// The arithmetic of a function's own text; assembly is left to those who write it.
    pub fn of(program: &Program, id: FunctionId) -> Self {
        let mut found = Self::default();
        let file = program.function_file(id);
        let always_wraps = program.allows_before(8);
        let mut end = 0;
        let mut see = |expr: &Expr, setting: Setting| {
            if setting.is_assembly || expr.span.start < end || !may_overflow(expr) {
                return;
            }
            found.computes = true;
            if setting.is_unchecked || always_wraps {
                end = expr.span.end;
                let name = program.snippet(Site { file, span: expr.span });
                found.wraps.push(Place { name, span: expr.span });
            }
        };
        if let Some(body) = &program.function(id).body {
            body.each_expr(&mut see);
        }
        found
    }
}

fn may_overflow(expr: &Expr) -> bool {
    const OPERATORS: [BinaryOp; 4] = [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Pow];
    let is_number = |side: &Expr| matches!(side.peeled().kind, ExprKind::Number(_));
    match &expr.kind {
        // A sum of literals is one literal.
        ExprKind::Binary(left, op, right) => OPERATORS.contains(op) && !(is_number(left) && is_number(right)),
        ExprKind::Assign { op: Some(op), .. } => OPERATORS.contains(op),
        ExprKind::Unary(UnaryOp::Increment | UnaryOp::Decrement, _) => true,
        _ => false,
    }
}
