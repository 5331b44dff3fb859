//! Text to facts: what a Solidity file says, as far as it can be known without resolving a name.
//!
//! Two readers look at one text. The tree-sitter tree says *whether* and *where* the text breaks the grammar. The
//! outline says *what is there*: contracts, members, functions, stubs. The outline is a pure function of the text, so a
//! function whose closing brace is missing never swallows its neighbours, and the order in which the text was typed
//! changes nothing.
//!
//! Nothing here fails: bad input is data, and every offset is clamped.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod damage;
mod document;
mod items;
mod loose;
mod member;
mod natspec;
mod outline;
mod position;
mod span;
mod stub;
mod token;

pub use damage::SyntaxError;
pub use document::Document;
pub use items::{ContractItem, ContractKind, FunctionItem, MemberItem, MemberKind, Mutability, Visibility};
pub use loose::loose_statements;
pub use natspec::NatSpec;
pub use position::{LineIndex, Position, PositionEncoding};
pub use span::Span;
pub use stub::{FunctionStub, NoStub, NoStubReason, StubKind, stub_at, stubs};
pub use token::{code_spans, code_tokens, without_comments};
pub use tree_sitter;

#[cfg(test)]
mod properties;
