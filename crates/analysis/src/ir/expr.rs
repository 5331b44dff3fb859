//! Expressions.

use super::TypeName;
use solwright_syntax::Span;

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A name.
    Name(String),
    /// A number, with its value when it fits.
    Number(Option<u128>),
    /// `true` or `false`
    Bool(bool),
    /// A string, as bytes of text.
    Text(String),
    /// An address.
    Address,
    /// `base.member`
    Member(Box<Expr>, String),
    /// `base[index]`; the index is missing in `T[]`
    Index(Box<Expr>, Option<Box<Expr>>),
    /// `base[from:to]`
    Slice(Box<Expr>),
    /// `callee{option: value}(args)`
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// `value`, `gas`, `salt`; also the older `.value(v)` and `.gas(g)`.
        options: Vec<(String, Expr)>,
        /// Arguments.
        args: Vec<Arg>,
    },
    /// `new T`
    New(TypeName),
    /// A type where an expression stands, as in `uint8(x)`.
    Type(TypeName),
    /// `type(T)`
    TypeInfo(TypeName),
    /// `payable(x)` has this as its callee.
    Payable,
    /// `target = value`, `target += value`
    Assign {
        /// What is assigned to.
        target: Box<Expr>,
        /// The operation of `+=` and its like.
        op: Option<BinaryOp>,
        /// The value.
        value: Box<Expr>,
    },
    /// `a + b`
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    /// `!a`, `a++`, `delete a`
    Unary(UnaryOp, Box<Expr>),
    /// `a ? b : c`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `(a, , b)`; one element for parentheses
    Tuple(Vec<Option<Expr>>),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// An instruction of inline assembly.
    Yul(String, Vec<Expr>),
    /// Not understood, or nested too deeply.
    Unknown,
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Arg {
    /// Its name in `f({name: value})`.
    pub name: Option<String>,
    /// Its value.
    pub value: Expr,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    Or,
    And,
    Shr,
    Shl,
    Sar,
    BitAnd,
    BitOr,
    BitXor,
    Add,
    Sub,
    Pow,
    Mul,
    Div,
    Rem,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Increment,
    Decrement,
    Not,
    Neg,
    BitNot,
    Delete,
}

impl BinaryOp {
    /// Whether it compares.
    pub fn is_comparison(self) -> bool {
        matches!(self, Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Eq | Self::Ne)
    }
}

impl UnaryOp {
    /// Whether it changes its operand.
    pub fn is_assignment(self) -> bool {
        matches!(self, Self::Increment | Self::Decrement | Self::Delete)
    }
}

impl Expr {
    /// The expression without the parentheses around it.
    pub fn peeled(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Tuple(elements) = &expr.kind
            && let [Some(inner)] = elements.as_slice()
        {
            expr = inner;
        }
        expr
    }

    /// The name, when it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.peeled().kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is `base.member` for these two names, as in `msg.sender`.
    pub fn is_member(&self, base: &str, member: &str) -> bool {
        match &self.peeled().kind {
            ExprKind::Member(object, name) => name == member && object.name() == Some(base),
            _ => false,
        }
    }

    /// Direct parts of the expression.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Member(a, _) | ExprKind::Slice(a) | ExprKind::Unary(_, a) | ExprKind::Index(a, None) => vec![a],
            ExprKind::Index(a, Some(b)) | ExprKind::Binary(a, _, b) => vec![a, b],
            ExprKind::Assign { target, value, .. } => vec![target, value],
            ExprKind::Conditional(a, b, c) => vec![a, b, c],
            ExprKind::Call { callee, options, args } => {
                let options = options.iter().map(|(_, value)| value);
                std::iter::once(&**callee).chain(options).chain(args.iter().map(|arg| &arg.value)).collect()
            }
            ExprKind::Tuple(elements) => elements.iter().flatten().collect(),
            ExprKind::Array(elements) | ExprKind::Yul(_, elements) => elements.iter().collect(),
            _ => Vec::new(),
        }
    }
}
