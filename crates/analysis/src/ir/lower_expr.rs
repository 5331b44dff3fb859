//! solar's tree into ours: expressions.

use super::{
    Arg, BinaryOp, Expr, ExprKind, UnaryOp,
    lower::{Lower, span},
};
use solar::{
    ast::{self, BinOpKind, IndexKind, LitKind, UnOpKind},
    interface::SpannedOption,
};

impl Lower {
    pub fn expr(&mut self, expr: &ast::Expr<'_>) -> Expr {
        let kind = self.deeper(|lower| lower.expr_kind(expr)).unwrap_or(ExprKind::Unknown);
        Expr { kind, span: span(expr.span) }
    }

    fn boxed(&mut self, expr: &ast::Expr<'_>) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn expr_kind(&mut self, expr: &ast::Expr<'_>) -> ExprKind {
        match &expr.kind {
            ast::ExprKind::Array(elements) => {
                ExprKind::Array(elements.iter().map(|element| self.expr(element)).collect())
            }
            ast::ExprKind::Assign(target, op, value) => ExprKind::Assign {
                target: self.boxed(target),
                op: op.map(|op| binary(op.kind)),
                value: self.boxed(value),
            },
            ast::ExprKind::Binary(left, op, right) => {
                ExprKind::Binary(self.boxed(left), binary(op.kind), self.boxed(right))
            }
            ast::ExprKind::Call(callee, args) => self.call(callee, args),
            ast::ExprKind::CallOptions(callee, _) => self.expr_kind(callee),
            ast::ExprKind::Delete(operand) => ExprKind::Unary(UnaryOp::Delete, self.boxed(operand)),
            ast::ExprKind::Ident(name) => ExprKind::Name(name.to_string()),
            ast::ExprKind::Index(base, IndexKind::Index(index)) => {
                ExprKind::Index(self.boxed(base), index.as_ref().map(|index| self.boxed(index)))
            }
            ast::ExprKind::Index(base, IndexKind::Range(..)) => ExprKind::Slice(self.boxed(base)),
            ast::ExprKind::Lit(literal, _) => lit(literal),
            ast::ExprKind::Member(base, name) => ExprKind::Member(self.boxed(base), name.to_string()),
            ast::ExprKind::New(ty) => ExprKind::New(self.ty(ty)),
            ast::ExprKind::Payable(args) => {
                let callee = Box::new(Expr { kind: ExprKind::Payable, span: span(expr.span) });
                ExprKind::Call { callee, options: Vec::new(), args: self.args(args) }
            }
            ast::ExprKind::Ternary(condition, then, otherwise) => {
                ExprKind::Conditional(self.boxed(condition), self.boxed(then), self.boxed(otherwise))
            }
            ast::ExprKind::Tuple(elements) => {
                ExprKind::Tuple(elements.iter().map(|element| self.optional(element)).collect())
            }
            ast::ExprKind::TypeCall(ty) => ExprKind::TypeInfo(self.ty(ty)),
            ast::ExprKind::Type(ty) => ExprKind::Type(self.ty(ty)),
            ast::ExprKind::Unary(op, operand) => ExprKind::Unary(unary(op.kind), self.boxed(operand)),
            ast::ExprKind::Err(_) => ExprKind::Unknown,
        }
    }

    fn optional(&mut self, element: &SpannedOption<&mut ast::Expr<'_>>) -> Option<Expr> {
        match element {
            SpannedOption::Some(expr) => Some(self.expr(expr)),
            SpannedOption::None(_) => None,
        }
    }

    /// A call, its options gathered from `f{value: v}(…)` and from the older `f.value(v)(…)`.
    fn call(&mut self, callee: &ast::Expr<'_>, args: &ast::CallArgs<'_>) -> ExprKind {
        let mut options = Vec::new();
        let mut target = callee.peel_parens();
        loop {
            match &target.kind {
                ast::ExprKind::CallOptions(inner, named) => {
                    options.extend(named.iter().map(|option| (option.name.to_string(), self.expr(option.value))));
                    target = inner.peel_parens();
                }
                ast::ExprKind::Call(member, one) if one.len() == 1 => {
                    let ast::ExprKind::Member(inner, name) = &member.peel_parens().kind else { break };
                    if !matches!(name.as_str(), "value" | "gas") {
                        break;
                    }
                    options.extend(one.exprs().map(|value| (name.to_string(), self.expr(value))));
                    target = inner.peel_parens();
                }
                _ => break,
            }
        }
        ExprKind::Call { callee: self.boxed(target), options, args: self.args(args) }
    }

    pub fn args(&mut self, args: &ast::CallArgs<'_>) -> Vec<Arg> {
        match &args.kind {
            ast::CallArgsKind::Unnamed(values) => {
                values.iter().map(|value| Arg { name: None, value: self.expr(value) }).collect()
            }
            ast::CallArgsKind::Named(named) => {
                named.iter().map(|arg| Arg { name: Some(arg.name.to_string()), value: self.expr(arg.value) }).collect()
            }
        }
    }
}

pub(super) fn lit(literal: &ast::Lit<'_>) -> ExprKind {
    match &literal.kind {
        LitKind::Str(_, bytes, _) => ExprKind::Text(String::from_utf8_lossy(bytes.as_byte_str()).into_owned()),
        LitKind::Number(number) => ExprKind::Number(u128::try_from(*number).ok()),
        LitKind::Rational(_) => ExprKind::Number(None),
        LitKind::Address(_) => ExprKind::Address,
        LitKind::Bool(value) => ExprKind::Bool(*value),
        LitKind::Err(_) => ExprKind::Unknown,
    }
}

fn unary(op: UnOpKind) -> UnaryOp {
    match op {
        UnOpKind::PreInc | UnOpKind::PostInc => UnaryOp::Increment,
        UnOpKind::PreDec | UnOpKind::PostDec => UnaryOp::Decrement,
        UnOpKind::Not => UnaryOp::Not,
        UnOpKind::Neg => UnaryOp::Neg,
        UnOpKind::BitNot => UnaryOp::BitNot,
    }
}

fn binary(op: BinOpKind) -> BinaryOp {
    match op {
        BinOpKind::Lt => BinaryOp::Lt,
        BinOpKind::Le => BinaryOp::Le,
        BinOpKind::Gt => BinaryOp::Gt,
        BinOpKind::Ge => BinaryOp::Ge,
        BinOpKind::Eq => BinaryOp::Eq,
        BinOpKind::Ne => BinaryOp::Ne,
        BinOpKind::Or => BinaryOp::Or,
        BinOpKind::And => BinaryOp::And,
        BinOpKind::Shr => BinaryOp::Shr,
        BinOpKind::Shl => BinaryOp::Shl,
        BinOpKind::Sar => BinaryOp::Sar,
        BinOpKind::BitAnd => BinaryOp::BitAnd,
        BinOpKind::BitOr => BinaryOp::BitOr,
        BinOpKind::BitXor => BinaryOp::BitXor,
        BinOpKind::Add => BinaryOp::Add,
        BinOpKind::Sub => BinaryOp::Sub,
        BinOpKind::Pow => BinaryOp::Pow,
        BinOpKind::Mul => BinaryOp::Mul,
        BinOpKind::Div => BinaryOp::Div,
        BinOpKind::Rem => BinaryOp::Rem,
    }
}
