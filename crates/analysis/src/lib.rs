//! Project -> meaning. Imports and remappings, an owned intermediate representation, and facts about every function.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod facts;
pub mod ir;
pub mod program;
pub mod project;

pub use program::Program;
