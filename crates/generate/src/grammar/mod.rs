//! Typed constrained decoding: what a body may become, so that what is written compiles. A scope, made of the analysis tree, becomes a
//! grammar with one family of rules per type; llguidance says which tokens may come next; and each new local makes the grammar anew.

mod build;
mod calls;
mod constraint;
mod declared;
mod factor;
mod grammars;
mod locals;
mod members;
mod operators;
mod random;
mod reader;
mod recall;
mod resume;
mod rules;
mod scope;
mod statements;
mod types;
mod vocabulary;

pub use build::{Build, Local, Locals};
pub use constraint::{Constraint, REVERT};
pub use random::{Drawer, Drawn};
pub use recall::{Admission, Refusal, admit};
pub use scope::{Callable, Scope as TypedScope};
pub use types::{Place, Type};
pub use vocabulary::{GrammarError, Vocabulary};

#[cfg(test)]
mod tests;
