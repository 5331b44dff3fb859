//! Statements. Inline assembly becomes the same statements, with [`super::ExprKind::Yul`] for its instructions.

use super::{Expr, Variable};
use solwright_syntax::Span;

/// Statements between braces.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The statements.
    pub stmts: Vec<Stmt>,
    /// Place, with the braces.
    pub span: Option<Span>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `uint x = 1;`, `(bool ok, ) = f();`
    Declare {
        /// The variables; `None` for one left out.
        variables: Vec<Option<Variable>>,
        /// Their value.
        init: Option<Expr>,
    },
    /// An expression.
    Expr(Expr),
    /// `if`
    If {
        /// Condition.
        condition: Expr,
        /// When it holds.
        then: Box<Stmt>,
        /// When it does not.
        otherwise: Option<Box<Stmt>>,
    },
    /// `while`, `do while` and `for`
    Loop {
        /// Done once, before.
        init: Option<Box<Stmt>>,
        /// Condition.
        condition: Option<Expr>,
        /// Done after each round.
        next: Option<Box<Stmt>>,
        /// The round.
        body: Box<Stmt>,
    },
    /// `{ … }`
    Block(Block),
    /// `unchecked { … }`
    Unchecked(Block),
    /// `assembly { … }`
    Assembly(Block),
    /// `return`
    Return(Option<Expr>),
    /// `emit E(…)`
    Emit {
        /// Name of the event, by its parts.
        path: Vec<String>,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// `revert E(…)`
    Revert {
        /// Name of the error, by its parts.
        path: Vec<String>,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// `try f() … catch …`
    Try {
        /// The call.
        call: Expr,
        /// `returns` first, then the `catch` clauses.
        clauses: Vec<CatchClause>,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `_;`
    Placeholder,
    /// Not understood.
    Unknown,
}

/// A clause of `try`.
#[derive(Clone, Debug)]
pub struct CatchClause {
    /// Variables it declares.
    pub params: Vec<Variable>,
    /// What it does.
    pub block: Block,
}
