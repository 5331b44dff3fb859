//! Our own tree of one file: owned, without lifetimes, cached by content.
//!
//! solar's parser reads the text; nothing of solar outlives [`parse`]. The tree keeps what the facts need and no more. It
//! is never deeper than [`MAX_DEPTH`], so that every walk over it may recurse.

mod cache;
mod expr;
mod item;
mod legacy;
mod lower;
mod lower_expr;
mod lower_stmt;
mod lower_yul;
mod nesting;
mod parse;
mod stmt;
#[cfg(test)]
mod tests;
mod version;
mod visit;

pub use cache::file_ir;
pub use expr::{Arg, BinaryOp, Expr, ExprKind, UnaryOp};
pub use item::{
    Base, Contract, Enum, ErrorType, Event, FileIr, Function, FunctionKind, ImportIr, Imported, Location, ModifierCall,
    Mutability, Parameters, Struct, TypeName, TypeNameKind, Using, Variable, VariableMutability, Visibility,
};
pub use lower::MAX_DEPTH;
pub use parse::parse;
pub use solwright_syntax::ContractKind;
pub use stmt::{Block, CatchClause, Stmt, StmtKind};
pub use version::lowest_version;
pub use visit::Setting;
